// Judges notes and proofs by the Go checksum database's own code. Reads the JSON that tlog.test.ts writes; says "agreed", or why not.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type log struct {
	VerifierKey string
	Checkpoint  string
	Leaves      []string
	Inclusion   []struct {
		Index int64
		Proof []string
	}
	Consistency []struct {
		From  int64
		Root  string
		Proof []string
	}
}

func hash(text string) (hash tlog.Hash) {
	bytes, err := base64.StdEncoding.DecodeString(text)
	check(err)
	copy(hash[:], bytes)
	return hash
}

func hashes(texts []string) (hashes []tlog.Hash) {
	for _, text := range texts {
		hashes = append(hashes, hash(text))
	}
	return hashes
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	var given log
	check(json.NewDecoder(os.Stdin).Decode(&given))
	verifier, err := note.NewVerifier(given.VerifierKey)
	check(err)
	opened, err := note.Open([]byte(given.Checkpoint), note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	root, size := hash(lines[2]), int64(len(given.Leaves))
	if lines[1] != fmt.Sprint(size) {
		check(fmt.Errorf("checkpoint is of %s leaves, not %d", lines[1], size))
	}
	for _, each := range given.Inclusion {
		leaf := tlog.RecordHash([]byte(given.Leaves[each.Index]))
		check(tlog.CheckRecord(hashes(each.Proof), size, root, each.Index, leaf))
	}
	for _, each := range given.Consistency {
		check(tlog.CheckTree(hashes(each.Proof), size, root, each.From, hash(each.Root)))
	}
	fmt.Println("agreed")
}
