// Judges what Muniment makes, each by a library that is not ours. Reads JSON from standard input and writes JSON to
// standard output, one value a line; the tests beside this folder start it.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
)

var commands = map[string]func(args []string) error{
	"echo":     echo,
	"dial":     dial,
	"jose":     judgeTokens,
	"log":      judgeLog,
	"versions": versions,
	"watch":    watch,
	"zlint":    lintAll,
}

func main() {
	command, known := commands[append(os.Args, "")[1]]
	if !known {
		fmt.Fprintln(os.Stderr, "judges: name one of the commands")
		os.Exit(2)
	}
	if err := command(os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// versions tells the version of every module in this program.
func versions([]string) error {
	info, _ := debug.ReadBuildInfo()
	modules := map[string]string{}
	for _, module := range info.Deps {
		modules[module.Path] = module.Version
	}
	emit(modules)
	return nil
}

func given(value any) error {
	return json.NewDecoder(os.Stdin).Decode(value)
}

func emit(value any) {
	_ = json.NewEncoder(os.Stdout).Encode(value)
}
