package main

import (
	"context"
	"errors"
	"flag"

	"github.com/spiffe/go-spiffe/v2/bundle/jwtbundle"
	"github.com/spiffe/go-spiffe/v2/svid/jwtsvid"
	"github.com/spiffe/go-spiffe/v2/svid/x509svid"
	"github.com/spiffe/go-spiffe/v2/workloadapi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// watch asks for tokens, then tells of every update of X.509 SVIDs and JWT bundles, until it is told of none any more.
func watch(args []string) error {
	flags := flag.NewFlagSet("watch", flag.ExitOnError)
	socket := flags.String("socket", "", "address of the Workload API, unix:///path")
	audience := flags.String("audience", "interop", "audience of the JWT-SVID")
	_ = flags.Parse(args)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	client, err := workloadapi.New(ctx, workloadapi.WithAddr(*socket))
	if err != nil {
		return err
	}
	defer client.Close()
	if err := askForToken(ctx, client, *audience); err != nil {
		return err
	}
	go func() { _ = client.WatchJWTBundles(ctx, watcher{cancel}) }()
	if err := client.WatchX509Context(ctx, watcher{cancel}); !errors.Is(err, context.Canceled) && codeOf(err) != "Canceled" {
		return err
	}
	_, err = client.FetchJWTSVID(context.Background(), jwtsvid.Params{Audience: *audience})
	emit(map[string]any{"kind": "jwt-after", "code": codeOf(err)})
	return nil
}

// watcher verifies what it is given as a relying party would, and ends the watch once its workload has no identity.
type watcher struct{ end context.CancelFunc }

func (w watcher) OnX509ContextUpdate(update *workloadapi.X509Context) {
	for _, svid := range update.SVIDs {
		id, _, err := x509svid.Verify(svid.Certificates, update.Bundles)
		if err != nil {
			emit(map[string]any{"kind": "failed", "error": err.Error()})
			continue
		}
		serial := svid.Certificates[0].SerialNumber.Text(16)
		emit(map[string]any{"kind": "x509", "id": id.String(), "serial": serial, "bundles": update.Bundles.Len()})
	}
}

func (w watcher) OnX509ContextWatchError(err error) {
	emit(map[string]any{"kind": "x509-error", "code": codeOf(err)})
	if codeOf(err) == codes.PermissionDenied.String() {
		w.end()
	}
}

func (w watcher) OnJWTBundlesUpdate(bundles *jwtbundle.Set) {
	for _, bundle := range bundles.Bundles() {
		emit(map[string]any{"kind": "jwt-bundle", "domain": bundle.TrustDomain().String(), "keys": len(bundle.JWTAuthorities())})
	}
}

func (w watcher) OnJWTBundlesWatchError(err error) {
	emit(map[string]any{"kind": "jwt-bundle-error", "code": codeOf(err)})
}

func askForToken(ctx context.Context, client *workloadapi.Client, audience string) error {
	svid, err := client.FetchJWTSVID(ctx, jwtsvid.Params{Audience: audience})
	if err != nil {
		return err
	}
	bundles, err := client.FetchJWTBundles(ctx)
	if err != nil {
		return err
	}
	if _, err := jwtsvid.ParseAndValidate(svid.Marshal(), bundles, []string{audience}); err != nil {
		return err
	}
	if _, err := client.ValidateJWTSVID(ctx, svid.Marshal(), audience); err != nil {
		return err
	}
	_, here := jwtsvid.ParseAndValidate(svid.Marshal(), bundles, []string{audience + "-other"})
	_, there := client.ValidateJWTSVID(ctx, svid.Marshal(), audience+"-other")
	emit(map[string]any{"kind": "jwt", "id": svid.ID.String(), "otherAudienceHere": here == nil, "otherAudienceThere": codeOf(there)})
	return nil
}

func codeOf(err error) string {
	var coded interface{ GRPCStatus() *status.Status }
	if errors.As(err, &coded) {
		return coded.GRPCStatus().Code().String()
	}
	return status.Code(err).String()
}
