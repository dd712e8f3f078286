// Opens, calls and closes grpc-go's client again and again, then cancels crowds of waiting calls on one connection.
// Arguments: address, API key, connections, crowds, calls in a crowd. Prints what it has done, one line each.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"sync"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const callTimeout = 30 * time.Second

// The waiting calls are under way by then; were they not, their end would only come sooner.
const waitBeforeCancel = 500 * time.Millisecond

func main() {
	address, key := os.Args[1], os.Args[2]
	connections, crowds, crowdSize := number(os.Args[3]), number(os.Args[4]), number(os.Args[5])
	done := 0
	for range connections {
		if err := openCallClose(address, key); err != nil {
			log.Printf("connection %d: %v", done+1, err)
			break
		}
		done++
	}
	fmt.Printf("connections %d\n", done)
	canceled, err := cancelCrowds(address, key, crowds, crowdSize)
	if err != nil {
		log.Printf("crowd %d: %v", canceled+1, err)
	}
	fmt.Printf("crowds %d\n", canceled)
}

func openCallClose(address, key string) error {
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(withKey(key), callTimeout)
	defer cancel()
	_, err = v1.NewSystemServiceClient(connection).GetServerInfo(ctx, &v1.GetServerInfoRequest{})
	return err
}

func cancelCrowds(address, key string, crowds, size int) (int, error) {
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return 0, err
	}
	defer connection.Close()
	tasks := v1.NewTaskServiceClient(connection)
	ctx := withKey(key)
	created, err := tasks.CreateTask(ctx, &v1.CreateTaskRequest{Type: "real-clients"})
	if err != nil {
		return 0, err
	}
	id := created.GetTask().GetTaskId()
	for crowd := range crowds {
		if err := cancelCrowd(ctx, tasks, id, size); err != nil {
			return crowd, err
		}
		if _, err := tasks.GetTask(ctx, &v1.GetTaskRequest{TaskId: id}); err != nil {
			return crowd, err
		}
	}
	return crowds, nil
}

func cancelCrowd(ctx context.Context, tasks v1.TaskServiceClient, id string, size int) error {
	waiting, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	ends := make(chan error, size)
	for range size {
		all.Add(1)
		go func() {
			defer all.Done()
			_, err := tasks.AwaitTask(waiting, &v1.AwaitTaskRequest{TaskId: id})
			ends <- err
		}()
	}
	time.Sleep(waitBeforeCancel)
	cancel()
	all.Wait()
	close(ends)
	for err := range ends {
		if status.Code(err) != codes.Canceled {
			return fmt.Errorf("a waiting call ended with %v", err)
		}
	}
	return nil
}

func withKey(key string) context.Context {
	return metadata.AppendToOutgoingContext(context.Background(), "authorization", "Bearer "+key)
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		log.Fatal(err)
	}
	return value
}
