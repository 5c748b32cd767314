// Counts the words of a file: how many there are, how many different ones, and which come most often.
//
// Input file `text`, UTF-8. Input {"top": 10}: how many of the most frequent, 1 to 1000. Output file `words`: all words
// with their counts, tab-separated, the most frequent first.
//
// A dugdale starts programs, so build it first: go build -o word_count examples/missions/word_count.go
// By hand: ./word_count '--input={"text": "README.md"}' leaves out/words.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"
	"unicode"
)

const reportEvery = 100 * time.Millisecond

// failure is one that the mission can name.
type failure struct {
	reason, message string
	details         map[string]any
}

func (f *failure) Error() string { return f.message }

// mission says on descriptor 3 how it goes, or on stderr when it is run by hand.
type mission struct {
	underDugdale bool
	control      *os.File
	workDir      string
	said         time.Time
}

func newMission() *mission {
	if os.Getenv("LETTS_MISSION_ID") == "" {
		return &mission{control: os.Stderr, workDir: "."}
	}
	// Programs that a mission starts must not hold its channel open.
	syscall.CloseOnExec(3)
	return &mission{underDugdale: true, control: os.NewFile(3, "control"), workDir: os.Getenv("LETTS_WORKDIR")}
}

// say writes one line. A mission that cannot report must not look as if it had nothing to say.
func (m *mission) say(line map[string]any) {
	text, err := json.Marshal(line)
	if err == nil {
		_, err = m.control.Write(append(text, '\n'))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot report:", err)
		os.Exit(1)
	}
}

// progress says how far it is, at most ten times a second: a dugdale drops floods.
func (m *mission) progress(value float64, message string) {
	if time.Since(m.said) < reportEvery {
		return
	}
	m.said = time.Now()
	m.say(map[string]any{"event": "progress", "value": value, "message": message})
}

// input reads the input into a value whose fields hold the defaults.
func (m *mission) input(value any) error {
	text, err := m.inputText()
	if err != nil {
		return &failure{reason: "invalid_input", message: fmt.Sprintf("input cannot be read: %v", err)}
	}
	if len(text) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, value); err != nil {
		return &failure{reason: "invalid_input", message: fmt.Sprintf("input does not fit: %v", err)}
	}
	return nil
}

func (m *mission) inputText() ([]byte, error) {
	if m.underDugdale {
		return io.ReadAll(os.Stdin)
	}
	for _, argument := range os.Args[1:] {
		text, path := strings.TrimPrefix(argument, "--input="), strings.TrimPrefix(argument, "--input-file=")
		switch {
		case argument == "--input=-", argument == "--input-file=-":
			return io.ReadAll(os.Stdin)
		case text != argument:
			return []byte(text), nil
		case path != argument:
			return os.ReadFile(path)
		}
	}
	return nil, nil
}

// file is the path of an input file: as delivered, or by hand as the input names it.
func (m *mission) file(role, given string) (string, error) {
	path := given
	if m.underDugdale {
		path = os.Getenv("LETTS_IN_" + role)
	}
	if path == "" {
		return "", &failure{reason: "invalid_input", message: fmt.Sprintf("input file %q is missing", role)}
	}
	return path, nil
}

// output declares an output file and creates it.
func (m *mission) output(key string) (*os.File, error) {
	m.say(map[string]any{"event": "output_file", "key": key})
	folder := filepath.Join(m.workDir, "out")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	return os.Create(filepath.Join(folder, key))
}

type count struct {
	Word  string `json:"word"`
	Count int    `json:"count"`
}

func countWords(ctx context.Context, m *mission, path string) (map[string]int, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, &failure{reason: "invalid_input", message: err.Error()}
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	read := 0
	words := bufio.NewScanner(file)
	words.Buffer(nil, 1<<20)
	words.Split(bufio.ScanWords)
	for words.Scan() {
		if ctx.Err() != nil {
			return nil, &failure{reason: "interrupted", message: "interrupted"}
		}
		read += len(words.Bytes()) + 1
		word := strings.ToLower(strings.TrimFunc(words.Text(), isAround))
		if word != "" {
			counts[word]++
		}
		m.progress(min1(float64(read)/float64(info.Size()+1)), fmt.Sprintf("%d different words", len(counts)))
	}
	if err := words.Err(); err != nil {
		return nil, &failure{reason: "invalid_input", message: fmt.Sprintf("text cannot be read: %v", err)}
	}
	return counts, nil
}

// isAround reports whether a rune is a quote, comma or the like, not part of a word.
func isAround(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func min1(value float64) float64 {
	if value > 1 {
		return 1
	}
	return value
}

func run(ctx context.Context, m *mission) (map[string]any, error) {
	given := struct {
		Text string `json:"text"`
		Top  int    `json:"top"`
	}{Top: 10}
	if err := m.input(&given); err != nil {
		return nil, err
	}
	if given.Top < 1 || given.Top > 1000 {
		return nil, &failure{reason: "invalid_input", message: fmt.Sprintf("top must be 1 to 1000, not %d", given.Top)}
	}
	path, err := m.file("text", given.Text)
	if err != nil {
		return nil, err
	}
	counts, err := countWords(ctx, m, path)
	if err != nil {
		return nil, err
	}
	if len(counts) == 0 {
		return nil, &failure{reason: "no_words", message: "the file has no words", details: map[string]any{"path": path}}
	}
	all, words := make([]count, 0, len(counts)), 0
	for word, number := range counts {
		all = append(all, count{word, number})
		words += number
	}
	sort.Slice(all, func(i, j int) bool {
		return all[i].Count > all[j].Count || all[i].Count == all[j].Count && all[i].Word < all[j].Word
	})
	out, err := m.output("words")
	if err != nil {
		return nil, err
	}
	table := bufio.NewWriter(out)
	for _, entry := range all {
		fmt.Fprintf(table, "%s\t%d\n", entry.Word, entry.Count)
	}
	if err := table.Flush(); err != nil {
		return nil, err
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	if given.Top > len(all) {
		given.Top = len(all)
	}
	return map[string]any{"words": words, "different": len(all), "top": all[:given.Top]}, nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	m := newMission()
	result, err := run(ctx, m)
	if err == nil {
		m.say(map[string]any{"event": "success", "return": result})
		return
	}
	line := map[string]any{"event": "fail", "message": err.Error(), "reason": "unexpected_error", "exit_code": 1}
	if known, ok := err.(*failure); ok {
		line["reason"] = known.reason
		if known.details != nil {
			line["details"] = known.details
		}
	}
	m.say(line)
	os.Exit(1)
}
