package wecomsim

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// When selects among the calls or deliveries that match a rule. The zero value selects all of them.
type When struct {
	Next   int `json:"next,omitempty"`
	Every  int `json:"every,omitempty"`
	Offset int `json:"offset,omitempty"`
}

// Always applies a rule to all calls or deliveries.
var Always = When{}

// Next applies a rule to the next ones, this number of them.
func Next(count int) When { return When{Next: count} }

// Every applies a rule to the Kth one, the 2Kth one, and so on.
func Every(k int) When { return When{Every: k} }

// EveryFrom applies a rule to every Kth one, beginning with the offset: EveryFrom(20, 3) selects the 3rd and the 23rd.
func EveryFrom(k, offset int) When { return When{Every: k, Offset: offset} }

// Fault is a fault of a call, in the JSON of the simulator. The functions of this package make them.
type Fault struct{ json.RawMessage }

// DeliveryFault is a fault of a callback delivery, in the JSON of the simulator.
type DeliveryFault struct{ json.RawMessage }

// Moment is the time of a fault: before or after the call is executed.
type Moment string

// The times of a fault.
const (
	Before Moment = "before"
	After  Moment = "after"
)

// Errcode refuses the call with this errcode, without execution.
func Errcode(code int) Fault { return fault("errcode", code) }

// Latency delays the call by a real time, before or after its execution.
func Latency(by time.Duration, at Moment) Fault {
	return fault("latency", map[string]any{"ms": by.Milliseconds(), "at": at})
}

// Reset resets the connection, before or after the execution.
func Reset(at Moment) Fault { return fault("reset", at) }

// Truncate executes the call and ends its reply after this number of bytes.
func Truncate(bytes int) Fault { return fault("truncate", map[string]any{"bytes": bytes}) }

// TruncateChunked is Truncate for a reply without Content-Length.
func TruncateChunked(bytes int) Fault {
	return fault("truncate", map[string]any{"bytes": bytes, "chunked": true})
}

// Page replies with an HTML page and this status (400–599), as a gateway does.
func Page(status int, at Moment) Fault {
	return fault("page", map[string]any{"status": status, "at": at})
}

// KillToken makes the token of the call invalid early. The errcode is 40014 or 42001.
func KillToken(errcode int) Fault { return fault("kill_token", errcode) }

// Close answers 45009 to this call and all later calls of the endpoint, for whole seconds of the simulator's clock.
func Close(by time.Duration) Fault {
	return fault("close", map[string]any{"seconds": int(by.Seconds())})
}

// Parallel answers 45033 to a call that finds this number of calls of the endpoint running. It needs Always.
func Parallel(limit int) Fault { return fault("parallel", limit) }

// Duplicate sends this number of copies of the delivery at once.
func Duplicate(copies int) DeliveryFault { return deliveryFault("duplicate", copies) }

// Reorder sends the delivery after this number of later ones.
func Reorder(behind int) DeliveryFault { return deliveryFault("reorder", behind) }

// Delay sends the delivery later, by whole seconds of the simulator's clock.
func Delay(by time.Duration) DeliveryFault {
	return deliveryFault("delay", map[string]any{"seconds": int(by.Seconds())})
}

// Drop never sends the delivery.
func Drop() DeliveryFault { return DeliveryFault{encoded("drop")} }

// WrongSignature signs this number of first attempts with a wrong token.
func WrongSignature(attempts int) DeliveryFault { return deliveryFault("wrong_signature", attempts) }

// WrongReceiveID encrypts this number of first attempts for another corp.
func WrongReceiveID(attempts int) DeliveryFault { return deliveryFault("wrong_receive_id", attempts) }

// Garbage sends invalid bodies in this number of first attempts.
func Garbage(attempts int) DeliveryFault { return deliveryFault("garbage", attempts) }

// Replay posts the same query and body again, this time after the first valid attempt.
func Replay(after time.Duration) DeliveryFault {
	return deliveryFault("replay", map[string]any{"seconds": int(after.Seconds())})
}

func fault(kind string, value any) Fault { return Fault{encoded(map[string]any{kind: value})} }

func deliveryFault(kind string, value any) DeliveryFault {
	return DeliveryFault{encoded(map[string]any{kind: value})}
}

func encoded(value any) json.RawMessage {
	data, err := json.Marshal(value)
	if err != nil {
		panic("wecomsim: numbers and texts always have a JSON form: " + err.Error())
	}
	return data
}

// CallRule is a rule for calls of an endpoint ("user/get"), a chapter ("user/*") or all endpoints ("*").
type CallRule struct {
	Path string `json:"path"`
	// Caller limits the rule to one secret: "contacts" or "app 1000002". Empty means all.
	Caller string `json:"caller,omitempty"`
	When   *When  `json:"when,omitempty"`
	Fault  Fault  `json:"fault"`
}

// DeliveryRule is a rule for callback deliveries.
type DeliveryRule struct {
	// Event is an event ("change_contact/create_user"), its kinds ("change_contact/*") or all events ("*").
	Event string `json:"event"`
	// Target limits the rule to "contacts", "app 1000002" or "import job". Empty means all.
	Target string        `json:"target,omitempty"`
	When   *When         `json:"when,omitempty"`
	Fault  DeliveryFault `json:"fault"`
}

// FaultRules has all rules.
type FaultRules struct {
	Calls      []CallRule     `json:"calls,omitempty"`
	Deliveries []DeliveryRule `json:"deliveries,omitempty"`
}

// Counters has the number of calls or deliveries that matched a rule, and of those that it applied to.
type Counters struct {
	Seen uint64 `json:"seen"`
	Hits uint64 `json:"hits"`
}

// FaultState has all rules with their counters.
type FaultState struct {
	Calls []struct {
		CallRule
		Counters
	} `json:"calls"`
	Deliveries []struct {
		DeliveryRule
		Counters
	} `json:"deliveries"`
}

// Fault adds a rule for calls of an endpoint ("user/get"), a chapter ("user/*") or all endpoints ("*").
func (s *Simulator) Fault(ctx context.Context, path string, fault Fault, when When) error {
	_, err := s.AddFaults(ctx, FaultRules{Calls: []CallRule{{Path: path, When: given(when), Fault: fault}}})
	return err
}

// DeliveryFault adds a rule for callbacks. The event is a name of a delivery, its kinds ("change_contact/*") or "*".
func (s *Simulator) DeliveryFault(ctx context.Context, event string, fault DeliveryFault, when When) error {
	rules := FaultRules{Deliveries: []DeliveryRule{{Event: event, When: given(when), Fault: fault}}}
	_, err := s.AddFaults(ctx, rules)
	return err
}

func given(when When) *When {
	if when == Always {
		return nil
	}
	return &when
}

// Faults returns the rules, with the number of times each one applied.
func (s *Simulator) Faults(ctx context.Context) (FaultState, error) {
	return exchange[FaultState](ctx, s.transport, call{method: http.MethodGet, path: "/_sim/faults"})
}

// AddFaults adds rules after the existing ones, whose counters continue.
func (s *Simulator) AddFaults(ctx context.Context, rules FaultRules) (FaultState, error) {
	return exchange[FaultState](ctx, s.transport, call{method: http.MethodPost, path: "/_sim/faults", body: rules})
}

// SetFaults replaces all rules.
func (s *Simulator) SetFaults(ctx context.Context, rules FaultRules) (FaultState, error) {
	return exchange[FaultState](ctx, s.transport, call{method: http.MethodPut, path: "/_sim/faults", body: rules})
}

// ClearFaults removes all rules and sends the callbacks that were held back.
func (s *Simulator) ClearFaults(ctx context.Context) (FaultState, error) {
	return exchange[FaultState](ctx, s.transport, call{method: http.MethodDelete, path: "/_sim/faults"})
}
