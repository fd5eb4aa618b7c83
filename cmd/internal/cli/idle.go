package cli

import "github.com/spf13/pflag"

// idle says of some flags that they have no effect in this call.
type idle struct {
	when   bool   // the rule applies
	reason string // why they have none, and what to do
	flags  []string
}

// refuseIdle refuses a flag that was set to something else than its default and has
// no effect by one of the rules: who sets it expects one.
func refuseIdle(f *pflag.FlagSet, rules ...idle) error {
	for _, r := range rules {
		if !r.when {
			continue
		}
		for _, name := range r.flags {
			if flag := f.Lookup(name); flag != nil && flag.Changed && flag.Value.String() != flag.DefValue {
				value := " " + flag.Value.String()
				if flag.NoOptDefVal != "" { // a switch
					value = ""
				}
				return usage("--%s%s has no effect: %s", name, value, r.reason)
			}
		}
	}
	return nil
}
