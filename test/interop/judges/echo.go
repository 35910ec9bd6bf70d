package main

import (
	"context"
	"crypto/tls"
	"flag"
	"io"
	"net"

	"github.com/spiffe/go-spiffe/v2/spiffeid"
	"github.com/spiffe/go-spiffe/v2/spiffetls/tlsconfig"
	"github.com/spiffe/go-spiffe/v2/workloadapi"
)

type party struct {
	address string
	peer    tlsconfig.Authorizer
	source  *workloadapi.X509Source
}

func partyOf(name string, args []string) (party, error) {
	flags := flag.NewFlagSet(name, flag.ExitOnError)
	socket := flags.String("socket", "", "address of the Workload API, unix:///path")
	address := flags.String("address", "127.0.0.1:0", "where to listen, or whom to call")
	peer := flags.String("peer", "", "SPIFFE ID that the other side must have")
	_ = flags.Parse(args)
	id, err := spiffeid.FromString(*peer)
	if err != nil {
		return party{}, err
	}
	options := workloadapi.WithClientOptions(workloadapi.WithAddr(*socket))
	source, err := workloadapi.NewX509Source(context.Background(), options)
	return party{*address, tlsconfig.AuthorizeID(id), source}, err
}

// echo serves mutual TLS with an SVID and sends back what it reads; it tells its address, then of each call how it went.
func echo(args []string) error {
	own, err := partyOf("echo", args)
	if err != nil {
		return err
	}
	config := tlsconfig.MTLSServerConfig(own.source, own.source, own.peer)
	listener, err := tls.Listen("tcp", own.address, config)
	if err != nil {
		return err
	}
	emit(map[string]any{"address": listener.Addr().String()})
	for {
		call, err := listener.Accept()
		if err != nil {
			return err
		}
		go answer(call)
	}
}

func answer(call net.Conn) {
	defer call.Close()
	if err := call.(*tls.Conn).Handshake(); err != nil {
		emit(map[string]any{"refused": err.Error()})
		return
	}
	sent, _ := io.Copy(call, call)
	emit(map[string]any{"echoed": sent})
}

// dial calls a server with an SVID, sends a word and tells what came back.
func dial(args []string) error {
	own, err := partyOf("dial", args)
	if err != nil {
		return err
	}
	call, err := tls.Dial("tcp", own.address, tlsconfig.MTLSClientConfig(own.source, own.source, own.peer))
	if err != nil {
		emit(map[string]any{"refused": err.Error()})
		return nil
	}
	defer call.Close()
	if _, err := call.Write([]byte("word")); err != nil {
		return err
	}
	_ = call.CloseWrite()
	word, err := io.ReadAll(call)
	if err != nil {
		emit(map[string]any{"refused": err.Error()})
		return nil
	}
	emit(map[string]any{"answer": string(word)})
	return nil
}
