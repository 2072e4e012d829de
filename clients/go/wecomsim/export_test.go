package wecomsim

import "net/http"

// WrapTransport changes how requests to the control surface are sent.
func (s *Simulator) WrapTransport(wrap func(http.RoundTripper) http.RoundTripper) {
	s.transport.client.Transport = wrap(s.transport.client.Transport)
}
