package asyncgate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

// Reference is content that is stored elsewhere. AsyncGate does not fetch it.
func Reference(uri, mediaType string) *v1.Payload {
	return &v1.Payload{Content: &v1.Payload_Uri{Uri: uri}, MediaType: mediaType}
}

// Bytes is content of a media type. A []byte alone is application/octet-stream.
func Bytes(data []byte, mediaType string) *v1.Payload {
	return &v1.Payload{Content: &v1.Payload_Data{Data: data}, MediaType: mediaType}
}

// Encode makes a payload of a Go value: a []byte as bytes, a *v1.Payload as it is, everything else as JSON.
func Encode(value any) (*v1.Payload, error) {
	switch value := value.(type) {
	case *v1.Payload:
		return value, nil
	case []byte:
		return Bytes(value, ""), nil
	}
	text, err := encodeJSON(value)
	if err != nil {
		return nil, err
	}
	return &v1.Payload{Content: &v1.Payload_Json{Json: text}}, nil
}

// The characters of HTML stay as they are: content is not for web pages.
func encodeJSON(value any) (string, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "", fmt.Errorf("a %T has no JSON: %w", value, err)
	}
	return strings.TrimSuffix(buffer.String(), "\n"), nil
}

// Decode reads a payload into the value that into points to: JSON by encoding/json, bytes into a *[]byte, the URI of a
// reference into a *string, and any of them into an *any or as it is into a **v1.Payload. Without content it changes
// nothing.
func Decode(payload *v1.Payload, into any) error {
	if raw, ok := into.(**v1.Payload); ok {
		*raw = payload
		return nil
	}
	switch content := payload.GetContent().(type) {
	case *v1.Payload_Json:
		if err := json.Unmarshal([]byte(content.Json), into); err != nil {
			return fmt.Errorf("the payload does not fit a %T: %w", into, err)
		}
		return nil
	case *v1.Payload_Data:
		switch into := into.(type) {
		case *[]byte:
			*into = content.Data
			return nil
		case *any:
			*into = content.Data
			return nil
		}
		return fmt.Errorf("the payload is bytes: decode it into a *[]byte, not into a %T", into)
	case *v1.Payload_Uri:
		switch into := into.(type) {
		case *string:
			*into = content.Uri
			return nil
		case *any:
			*into = content.Uri
			return nil
		}
		return fmt.Errorf("the payload is a reference: decode its URI into a *string, not into a %T", into)
	}
	return nil
}

// clip is as much of a text as fits into max bytes, valid as UTF-8.
func clip(text string, max int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= max {
		return text
	}
	for max > 0 && !utf8.RuneStart(text[max]) {
		max--
	}
	return text[:max]
}
