package asyncgate

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

// A dead peer is found within 30 s.
const (
	pingInterval = 20 * time.Second
	pingTimeout  = 10 * time.Second
)

// The kit retries and reconnects by itself; gRPC alone would wait for up to two minutes. A distant server needs several
// round trips until a connection is open.
var connectParams = grpc.ConnectParams{
	Backoff: backoff.Config{
		BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 3 * time.Second,
	},
	MinConnectTimeout: 5 * time.Second,
}

// Pages of lists may be larger than the 4 MiB that gRPC takes by default.
const answerBytesMax = 64 << 20

type target struct {
	address  string
	isSecure bool
}

func targetOf(endpoint string) (target, error) {
	parts, err := url.Parse(endpoint)
	if err != nil || parts.Hostname() == "" || (parts.Path != "" && parts.Path != "/") ||
		(parts.Scheme != "http" && parts.Scheme != "https") {
		return target{}, fmt.Errorf("%q is no endpoint: write it as http://host:port or https://host:port", endpoint)
	}
	port := parts.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[parts.Scheme]
	}
	return target{net.JoinHostPort(parts.Hostname(), port), parts.Scheme == "https"}, nil
}

// dial connects at the first call.
func dial(endpoint, key string, tlsConfig *tls.Config, options []grpc.DialOption) (*grpc.ClientConn, error) {
	target, err := targetOf(endpoint)
	if err != nil {
		return nil, err
	}
	transport := insecure.NewCredentials()
	if target.isSecure {
		if tlsConfig == nil {
			tlsConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		transport = credentials.NewTLS(tlsConfig)
	}
	return grpc.NewClient(target.address, append([]grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithPerRPCCredentials(apiKey(key)),
		grpc.WithConnectParams(connectParams),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: pingInterval, Timeout: pingTimeout}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(answerBytesMax)),
		grpc.WithUserAgent("asyncgate-go/" + Version),
		// Retries are the kit's, by the contract.
		grpc.WithDisableRetry(),
	}, options...)...)
}

type apiKey string

func (key apiKey) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	// A server judges a call by its certificate only if it comes without the header.
	if key == "" {
		return nil, nil
	}
	return map[string]string{"authorization": "Bearer " + string(key)}, nil
}

// Whether a key may be sent without TLS is decided by the scheme of the endpoint.
func (apiKey) RequireTransportSecurity() bool { return false }
