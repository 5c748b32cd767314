// One client for all systems that are compared, so that it costs the same for each of them.
//
//	load SYSTEM submit ADDRESS COUNT CLIENTS   durable jobs, one on its way for each client
//	load SYSTEM batch  ADDRESS COUNT CLIENTS   the same, 100 jobs a call
//	load SYSTEM burst  ADDRESS COUNT 4         jobs that run /bin/true, 4 at once, from the first submit to the last end
//	load SYSTEM wait   ADDRESS COUNT 1         one job after the other, each with its result
//	load limit  submit FOLDER  COUNT CLIENTS   appends of 512 bytes, CLIENTS of them for each fdatasync
//	load limit  burst  -       COUNT 4         processes alone
//
// SYSTEM is letts, redis, beanstalkd or gearmand. Where a system does not run the jobs itself, workers in this program
// do. Prints one line of JSON: jobs a second, seconds in all, and the median and 99th percentile in microseconds.
package main

import (
	"bufio"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const warmUp = 300
const batchSize = 100

var input = `{"customer":4711,"note":"` + strings.Repeat("x", 100) + `"}`

// A system under test, over one connection.
type system interface {
	submit() (id string, err error)
	submitBatch(count int) error
	// Submits a job and returns once its process has ended.
	submitAndWait() error
	// Takes a job, runs it, and says that it is done. Only where the system does not run jobs itself.
	work() error
}

func main() {
	name, workload, address := os.Args[1], os.Args[2], os.Args[3]
	count, clients := number(os.Args[4]), number(os.Args[5])
	if name == "limit" {
		if workload == "submit" {
			print(appends(address, count, clients))
		} else {
			print(processes(count, clients))
		}
		return
	}
	open := func() system { return must(connect(name, address)) }
	switch workload {
	case "submit":
		print(repeat(open, count, clients, 1, func(s system) error { _, err := s.submit(); return err }))
	case "batch":
		print(repeat(open, count, clients, batchSize, func(s system) error { return s.submitBatch(batchSize) }))
	case "burst":
		print(burst(name, address, open, count, clients))
	case "wait":
		if name != "letts" {
			worker := open()
			go func() {
				for {
					check(worker.work())
				}
			}()
		}
		print(repeat(open, count, 1, 1, system.submitAndWait))
	}
}

type figures struct {
	PerSecond float64 `json:"perSecond"`
	Seconds   float64 `json:"seconds"`
	P50       float64 `json:"p50"`
	P99       float64 `json:"p99"`
}

// Does the work COUNT times from all clients together, after a warm-up that is not counted.
func repeat(open func() system, count, clients, jobs int, work func(system) error) figures {
	systems := make([]system, clients)
	for i := range systems {
		systems[i] = open()
	}
	warm := count / jobs
	if warm > warmUp {
		warm = warmUp
	}
	share(systems, warm, work)
	start := time.Now()
	times := share(systems, count/jobs, work)
	return figuresOf(time.Since(start), times, jobs)
}

func share(systems []system, calls int, work func(system) error) []time.Duration {
	var next atomic.Int64
	var group sync.WaitGroup
	all := make([][]time.Duration, len(systems))
	for i, one := range systems {
		i, one := i, one
		group.Add(1)
		go func() {
			defer group.Done()
			for next.Add(1) <= int64(calls) {
				start := time.Now()
				check(work(one))
				all[i] = append(all[i], time.Since(start))
			}
		}()
	}
	group.Wait()
	var times []time.Duration
	for _, some := range all {
		times = append(times, some...)
	}
	return times
}

func figuresOf(wall time.Duration, times []time.Duration, jobs int) figures {
	sort.Slice(times, func(a, b int) bool { return times[a] < times[b] })
	at := func(share float64) float64 {
		return float64(times[int(share*float64(len(times)-1))].Nanoseconds()) / 1000
	}
	return figures{float64(len(times)*jobs) / wall.Seconds(), wall.Seconds(), at(0.5), at(0.99)}
}

// Submits from four clients; the jobs are run by the system, or by four workers here.
func burst(name, address string, open func() system, count, workers int) figures {
	submitters := []system{open(), open(), open(), open()}
	var left sync.WaitGroup
	if name != "letts" {
		left.Add(count)
		for i := 0; i < workers; i++ {
			worker := open()
			go func() {
				for {
					check(worker.work())
					left.Done()
				}
			}()
		}
	}
	start := time.Now()
	times := share(submitters, count, func(s system) error { _, err := s.submit(); return err })
	if name == "letts" {
		watch := submitters[0].(*letts)
		for !watch.idle() {
			time.Sleep(2 * time.Millisecond)
		}
	}
	left.Wait()
	return figuresOf(time.Since(start), times, 1)
}

func runJob() error {
	job := exec.Command("/bin/true")
	job.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return job.Run()
}

func appends(folder string, count, together int) figures {
	file := must(os.Create(filepath.Join(folder, "appends")))
	defer os.Remove(file.Name())
	block := make([]byte, 512)
	var times []time.Duration
	start := time.Now()
	for i := 0; i < count/together; i++ {
		before := time.Now()
		for j := 0; j < together; j++ {
			must(file.Write(block))
		}
		check(syscall.Fdatasync(int(file.Fd())))
		times = append(times, time.Since(before))
	}
	return figuresOf(time.Since(start), times, together)
}

func processes(count, together int) figures {
	nothing := make([]system, together)
	start := time.Now()
	times := share(nothing, count, func(system) error { return runJob() })
	return figuresOf(time.Since(start), times, 1)
}

func connect(name, address string) (system, error) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	line := &line{connection, bufio.NewReaderSize(connection, 64*1024)}
	switch name {
	case "letts":
		return &letts{line}, nil
	case "redis":
		return &redis{line, newId()}, nil
	case "beanstalkd":
		return openBeanstalkd(line)
	case "gearmand":
		return openGearmand(line)
	}
	return nil, fmt.Errorf("unknown system %q", name)
}

// A connection that is written to and read from in turn.
type line struct {
	net.Conn
	*bufio.Reader
}

func (l *line) Read(buffer []byte) (int, error) { return l.Reader.Read(buffer) }

func (l *line) send(text string) error {
	_, err := io.WriteString(l.Conn, text)
	return err
}

// A dugdale.
type letts struct{ *line }

func (l *letts) submit() (string, error) {
	id := newId()
	body := `{"mission":"true","lane":"bench","input":` + input + `}`
	status, answer, err := l.request("POST", "/v1/dispatch", body, "Idempotency-Key: "+id+"\r\n")
	if err == nil && status != 202 {
		err = fmt.Errorf("dispatch: %d %s", status, answer)
	}
	return id, err
}

func (l *letts) submitBatch(count int) error {
	missions := make([]string, count)
	for i := range missions {
		missions[i] = `{"mission_id":"` + newId() + `","mission":"true","lane":"bench","input":` + input + `}`
	}
	body := `{"missions":[` + strings.Join(missions, ",") + `]}`
	status, answer, err := l.request("POST", "/v1/dispatch/batch", body, "")
	if err == nil && (status != 200 || strings.Contains(answer, `"ok":false`)) {
		err = fmt.Errorf("batch: %d %s", status, answer)
	}
	return err
}

func (l *letts) submitAndWait() error {
	id, err := l.submit()
	if err != nil {
		return err
	}
	status, events, err := l.request("GET", "/v1/missions/"+id+"/events?follow=true", "", "")
	if err == nil && (status != 200 || !strings.Contains(events, `"outcome":"success"`)) {
		err = fmt.Errorf("events: %d %s", status, events)
	}
	return err
}

func (l *letts) work() error { return fmt.Errorf("a dugdale runs its missions itself") }

func (l *letts) idle() bool {
	status, answer, err := l.request("GET", "/v1/lanes", "", "")
	check(err)
	var lanes []struct {
		Name            string
		Queued, Running int
	}
	check(json.Unmarshal([]byte(answer), &lanes))
	for _, lane := range lanes {
		if lane.Name == "bench" {
			return lane.Queued+lane.Running == 0
		}
	}
	check(fmt.Errorf("lanes: %d %s", status, answer))
	return false
}

func (l *letts) request(method, path, body, headers string) (int, string, error) {
	err := l.send(method + " " + path + " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer bench\r\n" + headers +
		"Content-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
	if err != nil {
		return 0, "", err
	}
	first, err := l.ReadString('\n')
	if err != nil {
		return 0, "", err
	}
	status := number(strings.Fields(first)[1])
	length, chunked := 0, false
	for {
		header, err := l.ReadString('\n')
		if err != nil {
			return 0, "", err
		}
		name, value, found := strings.Cut(strings.TrimSpace(header), ":")
		if !found {
			break
		}
		switch strings.ToLower(name) {
		case "content-length":
			length = number(strings.TrimSpace(value))
		case "transfer-encoding":
			chunked = true
		}
	}
	if !chunked {
		answer := make([]byte, length)
		_, err := io.ReadFull(l, answer)
		return status, string(answer), err
	}
	var answer strings.Builder
	for {
		size, err := l.ReadString('\n')
		if err != nil {
			return 0, "", err
		}
		length, err := strconv.ParseInt(strings.TrimSpace(size), 16, 32)
		if err != nil {
			return 0, "", err
		}
		chunk := make([]byte, length+2)
		if _, err := io.ReadFull(l, chunk); err != nil {
			return 0, "", err
		}
		answer.Write(chunk[:length])
		if length == 0 {
			return status, answer.String(), nil
		}
	}
}

// Redis lists: a list of jobs, and a list of results for each client.
type redis struct {
	*line
	results string
}

func (r *redis) command(words ...string) ([]string, error) {
	var text strings.Builder
	fmt.Fprintf(&text, "*%d\r\n", len(words))
	for _, word := range words {
		fmt.Fprintf(&text, "$%d\r\n%s\r\n", len(word), word)
	}
	if err := r.send(text.String()); err != nil {
		return nil, err
	}
	return r.answer()
}

func (r *redis) answer() ([]string, error) {
	head, err := r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	value := strings.TrimSpace(head[1:])
	switch head[0] {
	case '-':
		return nil, fmt.Errorf("redis: %s", value)
	case '$':
		size := number(value)
		if size < 0 {
			return nil, fmt.Errorf("redis: nothing there")
		}
		text := make([]byte, size+2)
		_, err := io.ReadFull(r, text)
		return []string{string(text[:len(text)-2])}, err
	case '*':
		var all []string
		for left := number(value); left > 0; left-- {
			one, err := r.answer()
			if err != nil {
				return nil, err
			}
			all = append(all, one...)
		}
		return all, nil
	}
	return []string{value}, nil
}

func (r *redis) submit() (string, error) {
	_, err := r.command("LPUSH", "jobs", r.results+" "+input)
	return "", err
}

func (r *redis) submitBatch(count int) error {
	words := []string{"LPUSH", "jobs"}
	for i := 0; i < count; i++ {
		words = append(words, r.results+" "+input)
	}
	_, err := r.command(words...)
	return err
}

func (r *redis) submitAndWait() error {
	if _, err := r.submit(); err != nil {
		return err
	}
	_, err := r.command("BRPOP", r.results, "0")
	return err
}

func (r *redis) work() error {
	job, err := r.command("BRPOP", "jobs", "0")
	if err != nil {
		return err
	}
	if err := runJob(); err != nil {
		return err
	}
	results, _, _ := strings.Cut(job[1], " ")
	_, err = r.command("LPUSH", results, "done")
	return err
}

// beanstalkd: the tube of jobs, and a tube of results for each client.
type beanstalkd struct {
	*line
	results string
}

func openBeanstalkd(l *line) (system, error) {
	b := &beanstalkd{l, newId()}
	_, err := b.command("use jobs\r\n")
	return b, err
}

func (b *beanstalkd) command(text string) (string, error) {
	if err := b.send(text); err != nil {
		return "", err
	}
	answer, err := b.ReadString('\n')
	return strings.TrimSpace(answer), err
}

func (b *beanstalkd) put(text string) error {
	answer, err := b.command(fmt.Sprintf("put 0 0 60 %d\r\n%s\r\n", len(text), text))
	if err == nil && !strings.HasPrefix(answer, "INSERTED") {
		err = fmt.Errorf("beanstalkd: %s", answer)
	}
	return err
}

func (b *beanstalkd) reserve(tube string) (text string, err error) {
	if _, err := b.command("watch " + tube + "\r\n"); err != nil {
		return "", err
	}
	answer, err := b.command("reserve\r\n")
	if err != nil {
		return "", err
	}
	words := strings.Fields(answer)
	if len(words) != 3 {
		return "", fmt.Errorf("beanstalkd: %s", answer)
	}
	body := make([]byte, number(words[2])+2)
	if _, err := io.ReadFull(b, body); err != nil {
		return "", err
	}
	_, err = b.command("delete " + words[1] + "\r\n")
	return string(body[:len(body)-2]), err
}

func (b *beanstalkd) submit() (string, error) { return "", b.put(b.results + " " + input) }

func (b *beanstalkd) submitBatch(int) error { return fmt.Errorf("beanstalkd takes one job a call") }

func (b *beanstalkd) submitAndWait() error {
	if _, err := b.submit(); err != nil {
		return err
	}
	_, err := b.reserve(b.results)
	return err
}

func (b *beanstalkd) work() error {
	job, err := b.reserve("jobs")
	if err != nil {
		return err
	}
	if err := runJob(); err != nil {
		return err
	}
	results, _, _ := strings.Cut(job, " ")
	if _, err := b.command("use " + results + "\r\n"); err != nil {
		return err
	}
	return b.put("done")
}

// gearmand: jobs in the background, or in the foreground where their result is waited for.
type gearmand struct{ *line }

const (
	canDo          = 1
	preSleep       = 4
	noOperation    = 6
	submitJob      = 7
	jobCreated     = 8
	grabJob        = 9
	noJob          = 10
	jobAssign      = 11
	workComplete   = 13
	submitJobInBg  = 18
	gearmanRequest = "\x00REQ"
)

func openGearmand(l *line) (system, error) {
	return &gearmand{l}, nil
}

func (g *gearmand) packet(kind uint32, parts ...string) error {
	body := strings.Join(parts, "\x00")
	head := make([]byte, 8)
	binary.BigEndian.PutUint32(head, kind)
	binary.BigEndian.PutUint32(head[4:], uint32(len(body)))
	return g.send(gearmanRequest + string(head) + body)
}

func (g *gearmand) expect(kinds ...uint32) (uint32, []string, error) {
	head := make([]byte, 12)
	if _, err := io.ReadFull(g, head); err != nil {
		return 0, nil, err
	}
	kind := binary.BigEndian.Uint32(head[4:])
	body := make([]byte, binary.BigEndian.Uint32(head[8:]))
	if _, err := io.ReadFull(g, body); err != nil {
		return 0, nil, err
	}
	for _, expected := range kinds {
		if kind == expected {
			return kind, strings.Split(string(body), "\x00"), nil
		}
	}
	return 0, nil, fmt.Errorf("gearmand: packet %d %q", kind, body)
}

func (g *gearmand) submit() (string, error) {
	if err := g.packet(submitJobInBg, "job", newId(), input); err != nil {
		return "", err
	}
	_, _, err := g.expect(jobCreated)
	return "", err
}

func (g *gearmand) submitBatch(int) error { return fmt.Errorf("gearmand takes one job a call") }

func (g *gearmand) submitAndWait() error {
	if err := g.packet(submitJob, "job", newId(), input); err != nil {
		return err
	}
	if _, _, err := g.expect(jobCreated); err != nil {
		return err
	}
	_, _, err := g.expect(workComplete)
	return err
}

func (g *gearmand) work() error {
	if err := g.packet(canDo, "job"); err != nil {
		return err
	}
	for {
		if err := g.packet(grabJob); err != nil {
			return err
		}
		kind, job, err := g.expect(jobAssign, noJob, noOperation)
		if err != nil {
			return err
		}
		if kind == jobAssign {
			if err := runJob(); err != nil {
				return err
			}
			return g.packet(workComplete, job[0], "done")
		}
		if kind == noOperation {
			continue
		}
		if err := g.packet(preSleep); err != nil {
			return err
		}
		if _, _, err := g.expect(noOperation); err != nil {
			return err
		}
	}
}

// A UUID of version 7.
func newId() string {
	bytes := make([]byte, 16)
	must(rand.Read(bytes))
	binary.BigEndian.PutUint64(bytes[:8], uint64(time.Now().UnixMilli())<<16|uint64(bytes[6])<<8|uint64(bytes[7]))
	bytes[6] = bytes[6]&0x0f | 0x70
	bytes[8] = bytes[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", bytes[:4], bytes[4:6], bytes[6:8], bytes[8:10], bytes[10:])
}

func number(text string) int { return must(strconv.Atoi(text)) }

func print(result figures) { check(json.NewEncoder(os.Stdout).Encode(result)) }

func must[Value any](value Value, err error) Value {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
