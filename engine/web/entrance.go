//go:build duckdb_arrow

package web

import (
	"net/http"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/web/signin"
)

// signInPages draws what the way in shows.
func (a *App) signInPages() signin.Pages {
	return signin.Pages{
		Choose: func(w http.ResponseWriter, r *http.Request, action string, choices []signin.Shown) {
			a.drawMain(w, r, http.StatusOK, "Choose your role", "choose", struct {
				Action  string
				Choices []signin.Shown
			}{action, choices})
		},
		Refused: func(w http.ResponseWriter, r *http.Request, status int, why *engine.Fault) {
			a.drawMain(w, r, status, "You are not signed in", "refused", struct{ Say, Code string }{sentence(why.Say), why.Code})
		},
		SignedOut: func(w http.ResponseWriter, r *http.Request, elsewhere string) {
			a.drawMain(w, r, http.StatusOK, "You are signed out", "signed-out", elsewhere)
		},
	}
}

func (a *App) drawMain(w http.ResponseWriter, r *http.Request, status int, title, template string, data any) {
	main, err := a.pages.main(template, data)
	if err != nil {
		a.fail(w, r, access.Principal{}, err)
		return
	}
	a.draw(w, r, status, access.Principal{}, &Page{Title: title, Main: main, Frame: Frame{Synthetic: a.opt.Synthetic}})
}
