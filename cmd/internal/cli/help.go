package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/qnn-go/qnn/internal/suggest"
)

// helpWidth is the width of help texts.
const helpWidth = 100

// groupAnnotation is the flag annotation that names the flag's group in help texts.
const groupAnnotation = "group"

// group puts all flags of f that have no group yet into one.
func group(f *pflag.FlagSet, title string) {
	f.VisitAll(func(flag *pflag.Flag) {
		if flag.Annotations[groupAnnotation] == nil {
			flag.Annotations = map[string][]string{groupAnnotation: {title}}
		}
	})
}

// printUsage prints how a command is used: commands and flags in groups.
func printUsage(c *cobra.Command) error {
	var b strings.Builder
	b.WriteString("Usage:\n")
	if c.Runnable() && c.HasParent() {
		fmt.Fprintf(&b, "  %s\n", c.UseLine())
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s COMMAND [flags]\n", c.CommandPath())
	}
	if c.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	for _, g := range append(c.Groups(), &cobra.Group{Title: "Commands:"}) {
		printCommands(&b, c, g)
	}
	printFlags(&b, c)
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nHelp on a command: %s COMMAND --help\n", c.CommandPath())
	}
	_, err := c.OutOrStderr().Write([]byte(b.String()))
	return err
}

// printCommands prints the subcommands of a group, if it has any.
func printCommands(b *strings.Builder, c *cobra.Command, g *cobra.Group) {
	title := "\n" + g.Title + "\n"
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && sub.GroupID == g.ID {
			fmt.Fprintf(b, "%s  %-*s  %s\n", title, c.NamePadding(), sub.Name(), sub.Short)
			title = ""
		}
	}
}

// printFlags prints the flags by groups, in the order of their declaration.
func printFlags(b *strings.Builder, c *cobra.Command) {
	const others = "Flags"
	var titles []string
	groups := map[string]*pflag.FlagSet{}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		title := others
		if named := f.Annotations[groupAnnotation]; named != nil {
			title = named[0]
		}
		if groups[title] == nil {
			titles = append(titles, title)
			groups[title] = pflag.NewFlagSet(title, pflag.ContinueOnError)
			groups[title].SortFlags = false
		}
		groups[title].AddFlag(f)
	})
	for _, title := range titles {
		fmt.Fprintf(b, "\n%s:\n%s", title, groups[title].FlagUsagesWrapped(helpWidth))
	}
}

// newHelp is cobra's help command with our error for an unknown command.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show how a command is used",
		RunE: func(c *cobra.Command, args []string) error {
			found, rest, err := c.Root().Find(args)
			if err != nil {
				return usage("%v", err)
			}
			if len(rest) > 0 {
				return unknownCommand(c.Root(), rest[0])
			}
			return found.Help()
		},
	}
}

// unknownCommand is the error for a command that is not there.
func unknownCommand(root *cobra.Command, name string) error {
	return usage("%s. See qnn --help", suggest.Unknown("command", name, commandNames(root)))
}

func commandNames(c *cobra.Command) []string {
	var names []string
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			names = append(names, sub.Name())
		}
	}
	return names
}
