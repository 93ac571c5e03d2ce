package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// codec is the server's own, in a process that answers line by line.
type codec struct {
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

type answer struct {
	Protobuf string          `json:"protobuf"`
	Object   json.RawMessage `json:"object"`
	Error    string          `json:"error"`
}

func startCodec() (*codec, error) {
	c := exec.Command("node", filepath.Join(os.Getenv("CLIENT_ROOT"), "test/clients/go/roundtrip/codec.mjs"))
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &codec{c, in, bufio.NewReader(out)}, c.Start()
}

func (c *codec) ask(question map[string]any) (answer, error) {
	var a answer
	text, err := json.Marshal(question)
	if err != nil {
		return a, err
	}
	if _, err = c.in.Write(append(text, '\n')); err != nil {
		return a, err
	}
	line, err := c.out.ReadBytes('\n')
	if err != nil {
		return a, err
	}
	if err = json.Unmarshal(line, &a); err != nil {
		return a, err
	}
	if a.Error != "" {
		return a, errors.New(a.Error)
	}
	return a, nil
}

func (c *codec) end() {
	_ = c.in.Close()
	_ = c.process.Wait()
}
