//go:build duckdb_arrow

package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

type object = map[string]any

// OpenAPI describes the interface for connected systems as an OpenAPI 3.1
// document: made from the table of routes that is served, and from the types
// that its answers are written from.
func OpenAPI() map[string]any {
	schemas := object{}
	paths := object{}
	for _, r := range apiRoutes() {
		operation := object{"operationId": r.ID, "summary": r.Say}
		answer := object{"type": "object"}
		if r.Answer != nil {
			answer = schemaOf(reflect.TypeOf(r.Answer), schemas)
		}
		operation["responses"] = object{
			"200":     object{"description": "As asked.", "content": object{"application/json": object{"schema": answer}}},
			"default": object{"description": "What is wrong and what to do.", "content": object{"application/problem+json": object{"schema": schemaOf(reflect.TypeFor[apiProblem](), schemas)}}},
		}
		operation["security"] = []object{}
		if !r.Open {
			operation["security"] = []object{{"token": []string{}}}
			operation["description"] = "The token's scope must have " + string(r.Act) + "."
		}
		var asks []object
		for _, a := range r.Asks {
			schema := object{"type": "string"}
			if a.Whole {
				schema = object{"type": "integer", "minimum": a.Least, "maximum": a.Most}
			}
			asks = append(asks, object{"name": a.Name, "in": a.In, "description": a.Say, "required": a.Required, "schema": schema})
		}
		if asks != nil {
			operation["parameters"] = asks
		}
		if r.Body != nil {
			operation["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": schemaOf(reflect.TypeOf(r.Body), schemas)}}}
		}
		at, _ := paths[apiRoot+r.Path].(object)
		if at == nil {
			at = object{}
			paths[apiRoot+r.Path] = at
		}
		at[strings.ToLower(r.Method)] = operation
	}
	return object{
		"openapi": "3.1.0",
		"info": object{"title": "leftshift", "version": "1",
			"description": "Risk scores and lists for connected systems. " + apiLimits + " Every read is kept in the audit with the people in it; cookies are not looked at."},
		"paths": paths,
		"components": object{"schemas": schemas,
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer", "description": "An API token, made by whoever manages access, for one organisation and at most 90 days."}}},
	}
}

// OpenAPIText is the document as docs/openapi.json has it.
func OpenAPIText() (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(OpenAPI())
	return b.String(), err
}

// schemaOf is the JSON schema (2020-12) of a type: what encoding/json writes of
// it. A struct goes to schemas under its name. Every field is always there; a
// pointer may be null.
func schemaOf(t reflect.Type, schemas object) object {
	switch t.Kind() {
	case reflect.Struct:
		name := strings.TrimPrefix(t.Name(), "api")
		if schemas[name] == nil {
			properties := object{}
			schemas[name] = object{"type": "object", "properties": properties, "additionalProperties": false}
			var required []string
			for i := range t.NumField() {
				f := t.Field(i)
				key := f.Tag.Get("json")
				required = append(required, key)
				properties[key] = fieldOf(f, schemas)
			}
			schemas[name].(object)["required"] = required
		}
		return object{"$ref": "#/components/schemas/" + name}
	case reflect.Slice:
		return object{"type": "array", "items": schemaOf(t.Elem(), schemas)}
	case reflect.Pointer:
		o := schemaOf(t.Elem(), schemas)
		o["type"] = []any{o["type"], "null"}
		return o
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	}
	panic(fmt.Sprintf("no schema for a %s", t)) // a type of ours that nobody thought of: found by the first test
}

// fieldOf adds what a field's tags say.
func fieldOf(f reflect.StructField, schemas object) object {
	o := schemaOf(f.Type, schemas)
	for tag, key := range map[string]string{"say": "description", "format": "format", "pattern": "pattern"} {
		if v := f.Tag.Get(tag); v != "" {
			o[key] = v
		}
	}
	for tag, key := range map[string]string{"min": "minimum", "max": "maximum"} {
		if v := f.Tag.Get(tag); v != "" {
			n, err := strconv.Atoi(v)
			if err != nil {
				panic(err) // as above
			}
			o[key] = n
		}
	}
	return o
}
