// CommBox's audiences with Go's net/http. Pages: create (commbox-create.md), list, replace (FACTS.md 3.2).
package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

var (
	apiKey          = os.Getenv("COMMBOX_API_KEY")
	last      int64 = 312344
	audiences sync.Map
)

type envelope struct {
	Status       int    `json:"status"`
	Description  string `json:"description"`
	ResponseTime string `json:"response_time"`
	Data         any    `json:"data,omitempty"`
}

func answer(w http.ResponseWriter, status int, description string, data any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	moment := time.Now().UTC().Format("2006-01-02T15:04:05.0000000Z")
	_ = json.NewEncoder(w).Encode(envelope{status, description, moment, data})
}

// textsOf lists the texts in one file of a workbook: shared strings, or those written in the cells.
func textsOf(archive *zip.Reader, file string) ([]string, error) {
	part, err := archive.Open(file)
	if err != nil {
		return nil, nil
	}
	defer part.Close()
	var texts []string
	decoder := xml.NewDecoder(part)
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return texts, nil
		}
		if err != nil {
			return nil, err
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "t" {
			var text string
			if err := decoder.DecodeElement(&text, &start); err != nil {
				return nil, err
			}
			texts = append(texts, strings.TrimSpace(text))
		}
	}
}

func headerOf(content []byte) ([]string, error) {
	if bytes.HasPrefix(content, []byte("PK\x03\x04")) {
		archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return nil, err
		}
		shared, err := textsOf(archive, "xl/sharedStrings.xml")
		if err != nil {
			return nil, err
		}
		inline, err := textsOf(archive, "xl/worksheets/sheet1.xml")
		return append(shared, inline...), err
	}
	if !utf8.Valid(content) {
		return nil, errors.New("neither CSV nor Excel")
	}
	reader := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))))
	reader.FieldsPerRecord = -1
	return reader.Read()
}

func create(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseMultipartForm(32 << 20); err != nil {
		answer(w, 400, "Bad Request", nil)
		return
	}
	names := r.MultipartForm.Value["name"]
	if len(names) == 0 || names[0] == "" {
		answer(w, 400, "Bad Request", nil)
		return
	}
	if !hasPhones(r) {
		answer(w, 400, "Bad Request", nil)
		return
	}
	id := strconv.FormatInt(atomic.AddInt64(&last, 1), 10)
	audiences.Store(id, names[0])
	answer(w, 201, "Audience created", map[string]string{"id": id})
}

// hasPhones tells whether audience_file is a file with the column phone1.
func hasPhones(r *http.Request) bool {
	file, _, err := r.FormFile("audience_file")
	if err != nil {
		return false
	}
	defer file.Close()
	content, err := io.ReadAll(file)
	if err != nil {
		return false
	}
	header, err := headerOf(content)
	if err != nil {
		return false
	}
	for _, column := range header {
		if strings.TrimSpace(column) == "phone1" {
			return true
		}
	}
	return false
}

func replace(w http.ResponseWriter, r *http.Request, id string) {
	if _, exists := audiences.Load(id); !exists {
		answer(w, 404, "Not Found", nil)
		return
	}
	if err := r.ParseMultipartForm(32 << 20); err != nil || !hasPhones(r) {
		answer(w, 400, "Bad Request", nil)
		return
	}
	answer(w, 200, "Operation successful", map[string]string{"id": id})
}

func list(w http.ResponseWriter) {
	found := []map[string]string{}
	audiences.Range(func(id, name any) bool {
		found = append(found, map[string]string{"id": id.(string), "name": name.(string), "type": "Static"})
		return true
	})
	moment := time.Now().UTC().Format(time.RFC3339)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"status": "200", "description": "Audiences retrieved", "response_time": moment, "data": found,
	})
}

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		switch {
		case !strings.EqualFold(scheme, "Bearer") || strings.TrimSpace(key) != apiKey:
			answer(w, 401, "Unauthorized", nil)
		case r.URL.Path == "/audiences" && r.Method == http.MethodGet:
			list(w)
		case strings.HasPrefix(r.URL.Path, "/Audiences/") && r.Method == http.MethodPut:
			replace(w, r, strings.TrimPrefix(r.URL.Path, "/Audiences/"))
		case r.URL.Path != "/audiences":
			answer(w, 404, "Not Found", nil)
		case r.Method != http.MethodPost:
			w.Header().Set("Allow", http.MethodPost)
			answer(w, 405, "Method Not Allowed", nil)
		default:
			create(w, r)
		}
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
