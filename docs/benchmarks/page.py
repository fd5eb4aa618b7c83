"""Parts of a page that several scripts write: each its own, from one heading of level 2 to the next."""


def replace(path, heading, text):
    """Puts text, which begins with the heading, in place of that part of the file, or at its end."""
    page = path.read_text() if path.exists() else ""
    start = page.find(f"## {heading}\n")
    if start < 0:
        start = end = len(page)
    else:
        end = page.find("\n## ", start) + 1 or len(page)
    parts = (page[:start], text, page[end:])
    path.write_text("\n\n".join(p.strip() for p in parts if p.strip()) + "\n")
