package wecomsim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// ControlError is the refusal of a request by the simulator.
type ControlError struct {
	// Status is the HTTP status.
	Status int
	// Reason is the text of the simulator.
	Reason string
	// Errcode is that of the API if a rule of WeCom forbids the action, else 0.
	Errcode int
}

func (e *ControlError) Error() string { return e.Reason }

// transport sends requests to the control surface. It uses no proxy, because the simulator is on this machine.
type transport struct {
	url string
	// root is the path of the control surface, which replaces the /_sim of the OpenAPI document.
	root   string
	client *http.Client
}

func newTransport(url, root string) *transport {
	// Connections are not kept, because a test can stop the simulator at any time.
	return &transport{url: url, root: root, client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
}

// call is one request. place replaces the parameter of the path, such as {id}.
type call struct {
	method, path string
	place        string
	query        url.Values
	body         any
}

// send sends a request and returns the body of the reply.
func (t *transport) send(ctx context.Context, c call) ([]byte, error) {
	target := t.root + strings.TrimPrefix(c.path, "/_sim")
	if open, shut := strings.Index(target, "{"), strings.Index(target, "}"); open >= 0 && shut > open {
		target = target[:open] + url.PathEscape(c.place) + target[shut+1:]
	}
	if len(c.query) > 0 {
		target += "?" + c.query.Encode()
	}
	var content io.Reader
	if c.body != nil {
		encoded, err := json.Marshal(c.body)
		if err != nil {
			return nil, fmt.Errorf("wecomsim: the body of %s %s: %w", c.method, c.path, err)
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, c.method, t.url+target, content)
	if err != nil {
		return nil, fmt.Errorf("wecomsim: %w", err)
	}
	if content != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	reply, err := t.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("wecomsim: %w", err)
	}
	defer reply.Body.Close()
	data, err := io.ReadAll(reply.Body)
	if err != nil {
		return nil, fmt.Errorf("wecomsim: the reply to %s %s: %w", c.method, c.path, err)
	}
	if reply.StatusCode >= 300 {
		return nil, refusal(reply.StatusCode, data)
	}
	return data, nil
}

// exchange sends a request and decodes the JSON of the reply.
func exchange[T any](ctx context.Context, t *transport, c call) (T, error) {
	var decoded T
	data, err := t.send(ctx, c)
	if err != nil {
		return decoded, err
	}
	if err := json.Unmarshal(data, &decoded); err != nil {
		return decoded, fmt.Errorf("wecomsim: the reply to %s %s: %w", c.method, c.path, err)
	}
	return decoded, nil
}

func refusal(status int, data []byte) error {
	var given struct {
		Error   string `json:"error"`
		Errcode int    `json:"errcode"`
	}
	if json.Unmarshal(data, &given) != nil || given.Error == "" {
		return &ControlError{Status: status, Reason: fmt.Sprintf("unexpected reply with status %d: %.200q", status, data)}
	}
	return &ControlError{Status: status, Reason: given.Error, Errcode: given.Errcode}
}
