package asyncgate_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"testing"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

// These tests need a real server, which test/clients/go/kit.test.ts starts.
func environment(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Skip(name + " is not set")
	}
	return value
}

func trust(t *testing.T, name string) *tls.Config {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(environment(t, name))) {
		t.Fatal(name + " is no certificate")
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

func greet(_ context.Context, _ *asyncgate.Job, input struct{ Name string }) (string, error) {
	return "Hello, " + input.Name + "!", nil
}

func TestATaskGoesItsWholeWayOverTLS(t *testing.T) {
	t.Parallel()
	endpoint, authority := environment(t, "KIT_TLS_URL"), trust(t, "KIT_TLS_CA")
	worker, err := asyncgate.NewWorker(asyncgate.WorkerConfig{
		Endpoint: endpoint, Key: "worker-key", TLS: authority,
		Handlers: asyncgate.Handlers{"greet": asyncgate.Typed(greet)},
	})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(context.Background()) }()
	client := clientOf(t, asyncgate.ClientConfig{Endpoint: endpoint, Key: "tasker-key", TLS: authority, Timeout: late})
	greeting, err := asyncgate.Do[string](t.Context(), client, asyncgate.NewTask{
		Type: "greet", Payload: map[string]string{"name": "Ada"},
	})
	if err != nil || greeting != "Hello, Ada!" {
		t.Fatalf("%q, %v", greeting, err)
	}
	worker.Shutdown(context.Background())
	if err := receive(t, "the end of the worker", ended); err != nil {
		t.Fatal(err)
	}
}

func TestWithoutAKeyTheCertificateSaysWhoCalls(t *testing.T) {
	t.Parallel()
	endpoint, config := environment(t, "KIT_TLS_URL"), trust(t, "KIT_TLS_CA")
	own, err := tls.X509KeyPair([]byte(environment(t, "KIT_TLS_CERT")), []byte(environment(t, "KIT_TLS_KEY")))
	if err != nil {
		t.Fatal(err)
	}
	config.Certificates = []tls.Certificate{own}
	client := clientOf(t, asyncgate.ClientConfig{Endpoint: endpoint, TLS: config, Timeout: late})
	created, err := client.CreateTask(t.Context(), asyncgate.NewTask{Type: "mine"})
	if err != nil || created.Task.GetCreatedBy().GetId() != "ada" {
		t.Fatalf("%v, %v", created, err)
	}
}

func TestNoCallIsSentToAServerOfAnotherAuthority(t *testing.T) {
	t.Parallel()
	endpoint, stranger := environment(t, "KIT_TLS_URL"), trust(t, "KIT_TLS_OTHER_CA")
	client := clientOf(t, asyncgate.ClientConfig{
		Endpoint: endpoint, Key: "tasker-key", TLS: stranger, Retry: &asyncgate.RetryPolicy{MaxAttempts: 1},
	})
	_, err := client.CreateTask(t.Context(), asyncgate.NewTask{Type: "secret"})
	if asyncgate.ReasonOf(err) != v1.ErrorReason_ERROR_REASON_UNAVAILABLE {
		t.Fatalf("it ended with %v", err)
	}
}

func TestAWorkerEndsWithTheReasonIfNoStreamCanBeOpened(t *testing.T) {
	t.Parallel()
	config := asyncgate.WorkerConfig{
		Endpoint: environment(t, "KIT_TLS_URL"), Key: "nonsense", TLS: trust(t, "KIT_TLS_CA"),
		Handlers: asyncgate.Handlers{"greet": asyncgate.Typed(greet)},
	}
	err := asyncgate.RunWorker(t.Context(), config)
	var refused *asyncgate.Error
	if !errors.As(err, &refused) || refused.Reason != v1.ErrorReason_ERROR_REASON_UNAUTHENTICATED {
		t.Fatalf("it ended with %v", err)
	}
}
