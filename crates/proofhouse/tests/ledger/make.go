// A log that Go made: its first argument is the folder for it.
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	folder, size, index := os.Args[1], int64(300), int64(77)
	private, public, err := note.GenerateKey(rand.Reader, "go.example/log")
	must(err)
	signer, err := note.NewSigner(private)
	must(err)
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = hashes[index]
		}
		return found, nil
	})
	var leaves, bundle bytes.Buffer
	must(os.MkdirAll(folder+"/tile/0/001.p", 0o755))
	must(os.MkdirAll(folder+"/tile/1/000.p", 0o755))
	must(os.MkdirAll(folder+"/tile/entries/001.p", 0o755))
	for n := int64(0); n < size; n++ {
		entry := []byte(fmt.Sprintf("go entry %d", n))
		grown, err := tlog.StoredHashes(n, entry, reader)
		must(err)
		hashes = append(hashes, grown...)
		leaf := tlog.RecordHash(entry)
		leaves.Write(leaf[:])
		binary.Write(&bundle, binary.BigEndian, uint16(len(entry)))
		bundle.Write(entry)
		if n == 255 {
			must(os.WriteFile(folder+"/tile/0/000", leaves.Bytes(), 0o644))
			must(os.WriteFile(folder+"/tile/entries/000", bundle.Bytes(), 0o644))
			leaves.Reset()
			bundle.Reset()
		}
	}
	must(os.WriteFile(folder+"/tile/0/001.p/44", leaves.Bytes(), 0o644))
	must(os.WriteFile(folder+"/tile/entries/001.p/44", bundle.Bytes(), 0o644))
	full, err := tlog.TreeHash(256, reader)
	must(err)
	must(os.WriteFile(folder+"/tile/1/000.p/1", full[:], 0o644))
	root, err := tlog.TreeHash(size, reader)
	must(err)
	text := fmt.Sprintf("go.example/log\n%d\n%s\n", size, base64.StdEncoding.EncodeToString(root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	must(err)
	must(os.WriteFile(folder+"/checkpoint", signed, 0o644))
	must(os.WriteFile("go.pub", []byte(public+"\n"), 0o644))
	proof, err := tlog.ProveRecord(size, index, reader)
	must(err)
	file := fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d\n", index)
	for _, hash := range proof {
		file += base64.StdEncoding.EncodeToString(hash[:]) + "\n"
	}
	must(os.WriteFile("go.tlog-proof", []byte(file+"\n"+string(signed)), 0o644))
	must(os.WriteFile("go.entry", []byte(fmt.Sprintf("go entry %d", index)), 0o644))
}
