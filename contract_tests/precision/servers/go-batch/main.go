// Batch's audiences with Go's net/http. Pages: create (batch-create.md), update, replace, remove, view, list (FACTS.md 1.3).
package main

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

var (
	apiKey   = os.Getenv("BATCH_API_KEY")
	project  = os.Getenv("BATCH_PROJECT")
	nameRule = regexp.MustCompile(`\A[A-Za-z0-9_-]{1,255}\z`)
)

type audience struct {
	name, displayName string
	ids               map[string]bool
	created, updated  time.Time
}

type viewAnswer struct {
	Name          string `json:"name"`
	DisplayName   string `json:"display_name,omitempty"`
	Type          string `json:"type"`
	NbIDs         int    `json:"nb_ids"`
	IndexingState string `json:"indexing_state"`
	Created       string `json:"created"`
	Updated       string `json:"updated"`
}

type apiError struct {
	status        int
	code, message string
}

func (e *apiError) Error() string { return e.message }

func badRequest(message string) error { return &apiError{400, "BAD_REQUEST", message} }

var (
	mutex     sync.Mutex
	audiences = map[string]*audience{}
)

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func fail(w http.ResponseWriter, err error) {
	var known *apiError
	if !errors.As(err, &known) {
		known = &apiError{500, "UNEXPECTED", "Unexpected error"}
	}
	write(w, known.status, map[string]string{"error_code": known.code, "error_message": known.message})
}

// decode reads exactly one JSON object.
func decode(r *http.Request, into any) error {
	decoder := json.NewDecoder(r.Body)
	if err := decoder.Decode(into); err != nil {
		return badRequest("The body is not what is expected: " + err.Error())
	}
	if err := decoder.Decode(&struct{}{}); err != io.EOF {
		return badRequest("The body must be one JSON object")
	}
	return nil
}

func token() string {
	value := make([]byte, 16)
	if _, err := rand.Read(value); err != nil {
		panic(err)
	}
	return hex.EncodeToString(value)
}

func accept(w http.ResponseWriter) {
	write(w, http.StatusAccepted, map[string]string{"indexing_token": token()})
}

func create(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Name        *string `json:"name"`
		Type        *string `json:"type"`
		DisplayName *string `json:"display_name"`
	}
	if err := decode(r, &body); err != nil {
		return err
	}
	if body.Name == nil || body.Type == nil {
		return badRequest("name and type are required")
	}
	if !nameRule.MatchString(*body.Name) {
		return badRequest("name must be 1 to 255 letters, digits, _ and -")
	}
	switch *body.Type {
	case "custom_ids", "emails", "install_ids":
	default:
		return badRequest("type must be custom_ids, emails or install_ids")
	}
	mutex.Lock()
	defer mutex.Unlock()
	if _, exists := audiences[*body.Name]; exists {
		return badRequest("There is an audience with this name already")
	}
	moment := time.Now().UTC()
	made := &audience{name: *body.Name, ids: map[string]bool{}, created: moment, updated: moment}
	if body.DisplayName != nil {
		made.displayName = *body.DisplayName
	}
	audiences[made.name] = made
	accept(w)
	return nil
}

func update(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Name *string `json:"name"`
		IDs  *[]struct {
			ID         *string        `json:"id"`
			Action     *string        `json:"action"`
			Attributes map[string]any `json:"attributes"`
		} `json:"ids"`
	}
	if err := decode(r, &body); err != nil {
		return err
	}
	if body.Name == nil || body.IDs == nil {
		return badRequest("name and ids are required")
	}
	if len(*body.IDs) > 10000 {
		return badRequest("ids takes 10000 objects at most")
	}
	for _, item := range *body.IDs {
		if item.ID == nil || item.Action == nil {
			return badRequest("id and action are required")
		}
		if *item.Action != "add" && *item.Action != "remove" {
			return badRequest("action must be add or remove")
		}
		if len(item.Attributes) > 15 || (item.Attributes != nil && *item.Action == "remove") {
			return badRequest("attributes takes 15 elements at most, and only with add")
		}
	}
	mutex.Lock()
	defer mutex.Unlock()
	found, exists := audiences[*body.Name]
	if !exists {
		return badRequest("There is no such audience")
	}
	for _, item := range *body.IDs {
		if *item.Action == "add" {
			found.ids[*item.ID] = true
		} else {
			delete(found.ids, *item.ID)
		}
	}
	found.updated = time.Now().UTC()
	accept(w)
	return nil
}

func replace(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Name *string `json:"name"`
		IDs  *[]struct {
			ID         *string        `json:"id"`
			Attributes map[string]any `json:"attributes"`
		} `json:"ids"`
	}
	if err := decode(r, &body); err != nil {
		return err
	}
	if body.Name == nil || body.IDs == nil || len(*body.IDs) > 10000 {
		return badRequest("name and ids are required, ids of 10000 objects at most")
	}
	ids := map[string]bool{}
	for _, item := range *body.IDs {
		if item.ID == nil || len(item.Attributes) > 15 {
			return badRequest("id is required, and attributes takes 15 elements at most")
		}
		ids[*item.ID] = true
	}
	mutex.Lock()
	defer mutex.Unlock()
	found, exists := audiences[*body.Name]
	if !exists {
		return badRequest("There is no such audience to replace")
	}
	found.ids, found.updated = ids, time.Now().UTC()
	accept(w)
	return nil
}

func list(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	limit := 10
	if query.Has("limit") {
		var err error
		if limit, err = strconv.Atoi(query.Get("limit")); err != nil || limit < 1 || limit > 100 {
			return badRequest("limit must be 1 to 100")
		}
	}
	mutex.Lock()
	defer mutex.Unlock()
	names := make([]string, 0, len(audiences))
	for name := range audiences {
		names = append(names, name)
	}
	sort.Strings(names)
	start := 0
	if query.Has("from") {
		start = sort.SearchStrings(names, query.Get("from"))
	}
	end := start + limit
	if end > len(names) {
		end = len(names)
	}
	page := []viewAnswer{}
	for _, name := range names[start:end] {
		page = append(page, shown(audiences[name]))
	}
	answer := map[string]any{"audiences": page, "has_more": end < len(names)}
	if !query.Has("from") {
		answer["count"] = len(names)
	}
	if end < len(names) {
		answer["next_from"] = names[end]
	}
	write(w, http.StatusOK, answer)
	return nil
}

func remove(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Name *string `json:"name"`
	}
	if err := decode(r, &body); err != nil {
		return err
	}
	if body.Name == nil {
		return badRequest("name is required")
	}
	mutex.Lock()
	defer mutex.Unlock()
	if _, exists := audiences[*body.Name]; !exists {
		return badRequest("There is no such audience")
	}
	delete(audiences, *body.Name)
	accept(w)
	return nil
}

func view(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	if !query.Has("name") {
		return badRequest("name is required")
	}
	mutex.Lock()
	defer mutex.Unlock()
	found, exists := audiences[query.Get("name")]
	if !exists {
		return &apiError{404, "NOT_FOUND", "There is no such audience"}
	}
	write(w, http.StatusOK, shown(found))
	return nil
}

func shown(found *audience) viewAnswer {
	return viewAnswer{
		Name:          found.name,
		DisplayName:   found.displayName,
		Type:          "CUSTOM_ID",
		NbIDs:         len(found.ids),
		IndexingState: "APPLIED",
		Created:       found.created.Format(time.RFC3339),
		Updated:       found.updated.Format(time.RFC3339),
	}
}

func authenticated(r *http.Request) bool {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Bearer") &&
		subtle.ConstantTimeCompare([]byte(key), []byte(apiKey)) == 1 &&
		r.Header.Get("X-Batch-Project") == project
}

func route(method string, handler func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !authenticated(r) {
			fail(w, &apiError{401, "AUTHENTICATION_INVALID", "The Rest API Key is not valid for this project"})
			return
		}
		if r.Method != method {
			w.Header().Set("Allow", method)
			fail(w, &apiError{405, "METHOD_NOT_ALLOWED", "Use " + method})
			return
		}
		if err := handler(w, r); err != nil {
			fail(w, err)
		}
	}
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/2.10/audiences/create", route(http.MethodPost, create))
	mux.HandleFunc("/2.10/audiences/update", route(http.MethodPost, update))
	mux.HandleFunc("/2.10/audiences/replace", route(http.MethodPost, replace))
	mux.HandleFunc("/2.10/audiences/list", route(http.MethodGet, list))
	mux.HandleFunc("/2.10/audiences/remove", route(http.MethodPost, remove))
	mux.HandleFunc("/2.10/audiences/view", route(http.MethodGet, view))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fail(w, &apiError{404, "NOT_FOUND", "There is no such route"})
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), mux))
}
