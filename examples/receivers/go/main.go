// A main backend that stores every event once, in a file with a line for each. Needs Go 1.19 and nothing else.
//
//	CALLBACK_SECRET=whsec_... PRODUCTION_API_KEY=... go run .
package main

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	maxBytes   = 10_000_000
	maxSeconds = 300 // between the clock of the orchestrator and ours
)

// event is a line of the file.
type event struct {
	WebhookID string          `json:"webhook_id"`
	Path      string          `json:"path"`
	Seq       string          `json:"seq"`
	Body      json.RawMessage `json:"body"`
}

// events is the file, and what is in it.
type events struct {
	mutex sync.Mutex
	file  *os.File
	seen  map[string]bool
}

// open reads which events the file has. A last line that a crash has cut off is overwritten: its event was not accepted.
func open(path string) (*events, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	all := &events{file: file, seen: map[string]bool{}}
	reader, end := bufio.NewReader(file), int64(0)
	for {
		line, err := reader.ReadBytes('\n')
		if err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
		var one event
		if err := json.Unmarshal(line, &one); err != nil {
			return nil, err
		}
		all.seen[one.WebhookID] = true
		end += int64(len(line))
	}
	if err := file.Truncate(end); err != nil {
		return nil, err
	}
	_, err = file.Seek(end, io.SeekStart)
	return all, err
}

// store does nothing for an event that was stored before: it arrives again when our answer was lost.
func (all *events) store(one event) error {
	line, err := json.Marshal(one)
	if err != nil {
		return err
	}
	all.mutex.Lock()
	defer all.mutex.Unlock()
	if all.seen[one.WebhookID] {
		return nil
	}
	if _, err := all.file.Write(append(line, '\n')); err != nil {
		log.Fatal(err) // a line may be cut off: the next start mends it
	}
	if err := all.file.Sync(); err != nil {
		log.Fatal(err)
	}
	all.seen[one.WebhookID] = true
	return nil
}

// keyOf: what follows whsec_ is base64; any other secret is the key itself.
func keyOf(secret string) ([]byte, error) {
	if rest := strings.TrimPrefix(secret, "whsec_"); rest != secret {
		return base64.StdEncoding.DecodeString(rest)
	}
	return []byte(secret), nil
}

// isSigned tells whether one of the signatures is right, and not old. The body is the bytes that arrived.
func isSigned(header http.Header, body []byte, key []byte, now time.Time) bool {
	timestamp := header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || seconds < now.Unix()-maxSeconds || seconds > now.Unix()+maxSeconds {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.", header.Get("webhook-id"), timestamp)
	mac.Write(body)
	expected := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	for _, given := range strings.Split(header.Get("webhook-signature"), " ") {
		if hmac.Equal([]byte(given), expected) {
			return true
		}
	}
	return false
}

func isAllowed(header http.Header, apiKey string) bool {
	return apiKey == "" || subtle.ConstantTimeCompare([]byte(header.Get("authorization")), []byte("Bearer "+apiKey)) == 1
}

func or(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func main() {
	all, err := open(or("EVENTS_FILE", "events.jsonl"))
	if err != nil {
		log.Fatal(err)
	}
	secret := os.Getenv("CALLBACK_SECRET")
	key, err := keyOf(secret)
	if err != nil {
		log.Fatal("CALLBACK_SECRET is not base64 after whsec_")
	}
	receive := func(response http.ResponseWriter, request *http.Request) {
		response.Header().Set("content-type", "application/json")
		body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, maxBytes))
		if err != nil {
			response.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		header := request.Header
		if !isAllowed(header, os.Getenv("PRODUCTION_API_KEY")) || (secret != "" && !isSigned(header, body, key, time.Now())) {
			response.WriteHeader(http.StatusUnauthorized)
			return
		}
		if err := all.store(event{header.Get("webhook-id"), request.URL.Path, header.Get("x-session-seq"), body}); err != nil {
			response.WriteHeader(http.StatusBadRequest)
			return
		}
		fmt.Fprint(response, "{}") // it is stored: from now on it is ours
	}
	log.Fatal(http.ListenAndServe(or("HOST", "127.0.0.1")+":"+or("PORT", "8000"), http.HandlerFunc(receive)))
}
