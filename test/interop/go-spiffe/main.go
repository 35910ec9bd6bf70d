// Asks a Workload API through go-spiffe, the reference client, and prints what it got as lines of JSON.
//
//	go-spiffe -socket unix:///path [-audience a] [-watch n] [-validate token]
package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"time"

	"github.com/spiffe/go-spiffe/v2/svid/jwtsvid"
	"github.com/spiffe/go-spiffe/v2/svid/x509svid"
	"github.com/spiffe/go-spiffe/v2/workloadapi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func main() {
	socket := flag.String("socket", "", "address of the Workload API, unix:///path")
	audience := flag.String("audience", "interop", "audience of the JWT-SVID")
	updates := flag.Int("watch", 1, "X.509 updates to wait for")
	timeout := flag.Duration("timeout", 30*time.Second, "give up after this long")
	flag.Parse()

	ctx, cancel := context.WithTimeout(context.Background(), *timeout)
	defer cancel()
	client, err := workloadapi.New(ctx, workloadapi.WithAddr(*socket))
	if err != nil {
		fail("connect", err)
	}
	defer client.Close()

	watcher := &watcher{left: *updates, done: make(chan struct{})}
	watching, stop := context.WithCancel(ctx)
	go func() { _ = client.WatchX509Context(watching, watcher) }()
	select {
	case <-watcher.done:
	case <-ctx.Done():
		fail("watch", ctx.Err())
	}
	stop()
	fetchJWT(ctx, client, *audience)
}

type watcher struct {
	left int
	done chan struct{}
}

func (w *watcher) OnX509ContextUpdate(update *workloadapi.X509Context) {
	if w.left == 0 {
		return
	}
	for _, svid := range update.SVIDs {
		// Verifies the chain against the bundle as a relying party in Go would.
		id, _, err := x509svid.Verify(svid.Certificates, update.Bundles)
		if err != nil {
			fail("verify", err)
		}
		leaf := svid.Certificates[0]
		emit(map[string]any{
			"kind":     "x509",
			"id":       id.String(),
			"hint":     svid.Hint,
			"serial":   leaf.SerialNumber.Text(16),
			"notAfter": leaf.NotAfter.UTC().Format(time.RFC3339),
			"chain":    len(svid.Certificates),
			"usage":    leaf.KeyUsage == x509.KeyUsageDigitalSignature,
			"bundles":  update.Bundles.Len(),
		})
	}
	w.left--
	if w.left == 0 {
		close(w.done)
	}
}

func (w *watcher) OnX509ContextWatchError(err error) {
	emit(map[string]any{"kind": "x509-error", "code": codeOf(err)})
	if status.Code(errors.Unwrap(err)) == codes.PermissionDenied || status.Code(err) == codes.PermissionDenied {
		os.Exit(3)
	}
}

func fetchJWT(ctx context.Context, client *workloadapi.Client, audience string) {
	svid, err := client.FetchJWTSVID(ctx, jwtsvid.Params{Audience: audience})
	if err != nil {
		fail("jwt", err)
	}
	bundles, err := client.FetchJWTBundles(ctx)
	if err != nil {
		fail("jwt bundles", err)
	}
	if _, err := jwtsvid.ParseAndValidate(svid.Marshal(), bundles, []string{audience}); err != nil {
		fail("jwt verify", err)
	}
	if _, err := client.ValidateJWTSVID(ctx, svid.Marshal(), audience); err != nil {
		fail("jwt validate", err)
	}
	_, wrong := client.ValidateJWTSVID(ctx, svid.Marshal(), audience+"-other")
	emit(map[string]any{"kind": "jwt", "id": svid.ID.String(), "hint": svid.Hint, "wrongAudience": codeOf(wrong)})
}

func codeOf(err error) string {
	var coded interface{ GRPCStatus() *status.Status }
	if errors.As(err, &coded) {
		return coded.GRPCStatus().Code().String()
	}
	return status.Code(err).String()
}

func emit(line map[string]any) {
	_ = json.NewEncoder(os.Stdout).Encode(line)
}

func fail(where string, err error) {
	emit(map[string]any{"kind": "failed", "where": where, "code": codeOf(err), "error": err.Error()})
	os.Exit(1)
}
