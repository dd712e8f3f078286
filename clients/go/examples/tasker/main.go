// Creates a task and prints its result. The API key must be able to create tasks.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
)

func main() {
	client, err := asyncgate.NewClient(asyncgate.ClientConfig{
		Endpoint: os.Getenv("ASYNCGATE_URL"),
		Key:      os.Getenv("ASYNCGATE_API_KEY"),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	greeting, err := asyncgate.Do[map[string]string](context.Background(), client, asyncgate.NewTask{
		Type:           "greet",
		Payload:        map[string]string{"name": "Ada"},
		IdempotencyKey: "greet-ada",
	})
	if err != nil {
		log.Print(err)
		return
	}
	fmt.Println(greeting["greeting"])
}
