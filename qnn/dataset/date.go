package dataset

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Dates says which of the first two numbers of a date such as 03/04/2025 is the day.
type Dates string

// DatesAuto, also written "", finds it out where some date of the column has a number
// above 12 in one of the two places, and is an error where none has.
const (
	DatesAuto       Dates = "auto"
	DatesDayFirst   Dates = "day-first"
	DatesMonthFirst Dates = "month-first"
)

// DatePart says that a column holds a part of the dates of another column of the file.
type DatePart struct {
	// From is the name of the file's column.
	From string `json:"from"`
	// Layout is how the dates are written, as package time has it.
	Layout string `json:"layout"`
	// Part is "year", "month" (1 to 12), "weekday" (1, Monday, to 7, Sunday), "hour" (0 to
	// 24, with its minutes and seconds as a fraction) or "day", the days since 1970-01-01,
	// with the time of day as a fraction.
	Part string `json:"part"`
}

// dateParts are the known parts, in the order of their columns.
func dateParts() []string { return []string{"year", "month", "weekday", "day", "hour"} }

// of returns the part of a moment.
func (p DatePart) of(t time.Time) float64 {
	const day = 24 * 60 * 60 // seconds
	_, offset := t.Zone()
	local := float64(t.Unix()+int64(offset)) + float64(t.Nanosecond())/1e9
	switch p.Part {
	case "year":
		return float64(t.Year())
	case "month":
		return float64(t.Month())
	case "weekday":
		return float64((int(t.Weekday())+6)%7 + 1)
	case "hour":
		return (local - day*math.Floor(local/day)) / 3600
	}
	return local / day
}

// parse reads a cell: ErrDate for what is not written as Layout says.
func (p DatePart) parse(cell string) (float64, error) {
	t, err := time.Parse(p.Layout, cell)
	if err != nil {
		return 0, ErrDate
	}
	return p.of(t), nil
}

// validate checks a part that comes from a file.
func (p DatePart) validate() error {
	if !slices.Contains(dateParts(), p.Part) || !slices.Contains(dateLayouts(), p.Layout) || p.From == "" {
		return fmt.Errorf("%w: no part %q of dates such as %q", ErrPipeline, shorten(p.Part), shorten(p.Layout))
	}
	return nil
}

// dateLayouts are the ways to write dates that are recognised; of the two orders of
// day and month the layout with the day first comes first.
func dateLayouts() []string {
	days := []string{
		"2006-1-2", "2006/1/2", "2006.1.2", "2.1.2006", "2.1.06", "2/1/2006", "1/2/2006", "2/1/06", "1/2/06", "2-1-2006", "1-2-2006",
		"2-Jan-2006", "2-Jan-06", "2 Jan 2006", "2. Jan 2006", "2 January 2006", "2. January 2006", "Jan 2, 2006", "January 2, 2006", "Jan 2 2006",
	}
	times := []string{"", " 15:04", " 15:04:05", " 3:04 PM", " 3:04:05 PM", "T15:04", "T15:04:05", "T15:04:05Z07:00", " 15:04:05Z07:00", " 15:04:05 -0700"}
	var out []string
	for _, d := range days {
		for _, t := range times {
			out = append(out, d+t)
		}
	}
	return out
}

// swapped returns the layout with day and month in the other order where both are
// numbers and in use, else "".
func swapped(layout string) string {
	for _, mark := range [...]string{"/", "-"} {
		day, month := "2"+mark+"1"+mark, "1"+mark+"2"+mark
		if rest, ok := strings.CutPrefix(layout, day); ok {
			return month + rest
		}
		if rest, ok := strings.CutPrefix(layout, month); ok {
			return day + rest
		}
	}
	return ""
}

// isDayFirst reports whether a layout begins with the day.
func isDayFirst(layout string) bool {
	return strings.HasPrefix(layout, "2/") || strings.HasPrefix(layout, "2-")
}

// isDate reports whether a cell is a date in some layout.
func isDate(cell string) bool { return len(layoutsOf(cell)) > 0 }

// mayBeDate rules out most words and all plain numbers.
func mayBeDate(cell string) bool {
	const shortest, longest = 6, 40
	return len(cell) >= shortest && len(cell) <= longest && strings.ContainsAny(cell, "0123456789") && strings.ContainsAny(cell, "-/. ,")
}

// layoutsOf returns the known layouts that a cell is written in.
func layoutsOf(cell string) []string {
	if !mayBeDate(cell) {
		return nil
	}
	var out []string
	for _, layout := range dateLayouts() {
		if _, err := time.Parse(layout, cell); err == nil {
			out = append(out, layout)
		}
	}
	return out
}
