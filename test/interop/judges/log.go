package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	flog "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

type inclusion struct {
	Index uint64
	Leaf  []byte
	Proof [][]byte
}

type consistency struct {
	From  uint64
	Root  []byte
	Proof [][]byte
}

type publishedLog struct {
	VerifierKey, Origin string
	Checkpoint          []byte
	Inclusion           []inclusion
	Consistency         []consistency
	// By the path of tlog-tiles below `tile/`. Without them no tree is computed from tiles.
	Tiles map[string][]byte
}

// judgeLog checks a log as it is published, and says `agreed` or which part does not hold.
func judgeLog([]string) error {
	var log publishedLog
	if err := given(&log); err != nil {
		return err
	}
	checkpoint, err := log.open()
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	for _, one := range log.Inclusion {
		if err := one.check(checkpoint); err != nil {
			return fmt.Errorf("inclusion: %w", err)
		}
	}
	for _, one := range log.Consistency {
		if err := one.check(checkpoint); err != nil {
			return fmt.Errorf("consistency: %w", err)
		}
	}
	if log.Tiles != nil {
		if err := log.checkTiles(checkpoint); err != nil {
			return fmt.Errorf("tiles: %w", err)
		}
	}
	emit(map[string]any{"agreed": checkpoint.Size})
	return nil
}

// open reads the checkpoint twice: by the checksum database's notes and by transparency-dev's formats.
func (log publishedLog) open() (*flog.Checkpoint, error) {
	plain, err := note.NewVerifier(log.VerifierKey)
	if err != nil {
		return nil, err
	}
	verifier, err := fnote.NewVerifier(log.VerifierKey)
	if err != nil {
		return nil, err
	}
	opened, byNote := note.Open(log.Checkpoint, note.VerifierList(plain))
	if byNote == nil && !strings.HasPrefix(opened.Text, log.Origin+"\n") {
		byNote = errors.New("another origin")
	}
	checkpoint, rest, _, byFormats := flog.ParseCheckpoint(log.Checkpoint, log.Origin, verifier)
	if byFormats == nil && len(rest) > 0 {
		return nil, fmt.Errorf("extension lines: %q", rest)
	}
	return checkpoint, agreed(byNote, byFormats)
}

// agreed holds two readers to one answer: where one accepts what the other refuses, that is told apart from a refusal.
func agreed(one, other error) error {
	if (one == nil) != (other == nil) {
		fmt.Fprintf(os.Stderr, "disagreed: %v, %v\n", one, other)
	}
	return errors.Join(one, other)
}

func (one inclusion) check(checkpoint *flog.Checkpoint) error {
	leaf := rfc6962.DefaultHasher.HashLeaf(one.Leaf)
	size, root := checkpoint.Size, checkpoint.Hash
	byMerkle := proof.VerifyInclusion(rfc6962.DefaultHasher, one.Index, size, leaf, one.Proof, root)
	path := tlog.RecordProof(hashes(one.Proof))
	byTlog := tlog.CheckRecord(path, int64(size), tlog.Hash(root), int64(one.Index), tlog.RecordHash(one.Leaf))
	return agreed(byMerkle, byTlog)
}

func (one consistency) check(checkpoint *flog.Checkpoint) error {
	size, root := checkpoint.Size, checkpoint.Hash
	byMerkle := proof.VerifyConsistency(rfc6962.DefaultHasher, one.From, size, one.Proof, one.Root, root)
	path := tlog.TreeProof(hashes(one.Proof))
	byTlog := tlog.CheckTree(path, int64(size), tlog.Hash(root), int64(one.From), tlog.Hash(one.Root))
	return agreed(byMerkle, byTlog)
}

func hashes(nodes [][]byte) (list []tlog.Hash) {
	for _, node := range nodes {
		list = append(list, tlog.Hash(node))
	}
	return list
}

// checkTiles lets x/mod's tile reader authenticate each tile against the root, and compares every entry with its leaf hash.
func (log publishedLog) checkTiles(checkpoint *flog.Checkpoint) error {
	tree := tlog.Tree{N: int64(checkpoint.Size), Hash: tlog.Hash(checkpoint.Hash)}
	reader := tlog.TileHashReader(tree, tiles(log.Tiles))
	indexes := make([]int64, tree.N)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, int64(i))
	}
	leaves, err := reader.ReadHashes(indexes)
	if err != nil {
		return err
	}
	entries, err := log.entries(tree.N)
	if err != nil {
		return err
	}
	for i, entry := range entries {
		if hash := tlog.RecordHash(entry); !bytes.Equal(hash[:], leaves[i][:]) {
			return fmt.Errorf("entry %d is not its leaf", i)
		}
	}
	return nil
}

func (log publishedLog) entries(size int64) (entries [][]byte, err error) {
	for first := int64(0); first < size; first += 1 << tileHeight {
		width := int(min(size-first, 1<<tileHeight))
		path := pathOf(tlog.Tile{H: tileHeight, L: -1, N: first >> tileHeight, W: width})
		bundle := api.EntryBundle{}
		if err := bundle.UnmarshalText(log.Tiles[path]); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if len(bundle.Entries) != width {
			return nil, fmt.Errorf("%s holds %d entries", path, len(bundle.Entries))
		}
		entries = append(entries, bundle.Entries...)
	}
	return entries, nil
}

// pathOf is C2SP's path of a tile: the checksum database's own without the height, and `entries` where that has `data`.
func pathOf(tile tlog.Tile) string {
	level := fmt.Sprint(tile.L)
	prefix := fmt.Sprintf("tile/%d/%d/", tile.H, tile.L)
	if tile.L < 0 {
		level, prefix = "entries", fmt.Sprintf("tile/%d/data/", tile.H)
	}
	return level + "/" + tile.Path()[len(prefix):]
}

type tiles map[string][]byte

func (tiles) Height() int                     { return tileHeight }
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (held tiles) ReadTiles(wanted []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range wanted {
		bytes, found := held[pathOf(tile)]
		if !found {
			return nil, fmt.Errorf("no tile %s", pathOf(tile))
		}
		data = append(data, bytes)
	}
	return data, nil
}
