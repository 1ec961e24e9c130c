// Package web is the application that people see: pages for coordinators,
// analysts and privacy officers. It works without JavaScript, draws every
// person and every count through package door, and serves nothing that is not
// embedded here.
package web
