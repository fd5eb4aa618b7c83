package dataset

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Notation says how the numbers of a column are written. The zero value is a decimal
// point and no percent signs. In every notation a number may have a currency sign
// before or after it, be in parentheses for a negative amount, and have its digits in
// groups of three: set apart by blanks, apostrophes, or whichever of comma and point is
// not the decimal mark.
type Notation struct {
	// Comma says that a comma stands before the decimals.
	Comma bool `json:"comma,omitempty"`
	// Percent says that numbers end in a percent sign: "7%" is read as 7. A cell without
	// the sign, other than 0, is then no number, since 0.07 may be meant.
	Percent bool `json:"percent,omitempty"`
}

// number is what a cell says.
type number struct {
	value   float64
	plain   bool // as strconv.ParseFloat takes it
	percent bool
}

// parse reads a cell of a column in this notation: ErrNotNumber, or ErrNotFinite for an
// infinity.
func (n Notation) parse(cell string) (float64, error) {
	got, err := readNumber(cell, n.Comma)
	if err == nil && got.percent != n.Percent && (got.percent || got.value != 0) {
		return 0, ErrPercent
	}
	return got.value, err
}

// format writes a number so that parse gives it back to the same bits.
func (n Notation) format(v float64) string {
	text := strconv.FormatFloat(v, 'g', -1, 64)
	if n.Comma {
		text = strings.ReplaceAll(text, ".", ",")
	}
	if n.Percent {
		text += "%"
	}
	return text
}

// readNumber reads a number in any form that Notation lists.
func readNumber(cell string, comma bool) (number, error) {
	if !comma {
		v, err := parseNumber(cell)
		if err != ErrNotNumber { //nolint:errorlint // it is never wrapped
			return number{value: v, plain: true}, err
		}
	}
	if !mayBeNumber(cell) {
		return number{}, ErrNotNumber
	}
	body, negative := unwrapAmount(cell)
	var got number
	if rest, ok := strings.CutSuffix(body, "%"); ok {
		body, got.percent = strings.TrimRightFunc(rest, unicode.IsSpace), true
	}
	body, ok := ungroup(body, comma)
	if !ok {
		return number{}, ErrNotNumber
	}
	v, err := parseNumber(body)
	if negative {
		v = -v
	}
	got.value, got.plain = v, body == cell
	return got, err
}

// mayBeNumber rules out most words at once: a number has a digit and hardly any letter.
func mayBeNumber(cell string) bool {
	const longest = 64 // bytes
	digits, letters := 0, 0
	for _, r := range cell {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	return digits > 0 && letters <= 1 && len(cell) <= longest
}

// unwrapAmount takes sign, parentheses and a currency sign off a number.
func unwrapAmount(cell string) (body string, negative bool) {
	body = cell
	if inner, ok := strings.CutPrefix(body, "("); ok {
		if inner, ok = strings.CutSuffix(inner, ")"); ok {
			body, negative = inner, true
		}
	}
	signed := negative
	for range 2 { // the sign may be before the currency or after it
		if r, size := utf8.DecodeRuneInString(body); !signed && (r == '-' || r == '−' || r == '+') {
			signed, negative, body = true, r != '+', body[size:]
		}
		if r, size := utf8.DecodeRuneInString(body); unicode.Is(unicode.Sc, r) {
			body = body[size:]
		}
		body = strings.TrimLeftFunc(body, unicode.IsSpace)
	}
	if r, size := utf8.DecodeLastRuneInString(body); unicode.Is(unicode.Sc, r) {
		body = strings.TrimRightFunc(body[:len(body)-size], unicode.IsSpace)
	}
	return body, negative
}

// ungroup joins the groups of digits and makes the decimal mark a point. It reports
// whether the text, digits and an exponent besides marks, is a number so far.
func ungroup(body string, comma bool) (string, bool) {
	decimal, group := ".", ","
	if comma {
		decimal, group = ",", "."
	}
	whole, rest, hasDecimals := strings.Cut(body, decimal)
	exponent := ""
	if !hasDecimals {
		if k := strings.IndexAny(whole, "eE"); k >= 0 {
			whole, exponent = whole[:k], whole[k:]
		}
	}
	for _, mark := range [...]string{group, " ", "\u00a0", "\u202f", "'", "’"} {
		if strings.Contains(whole, mark) {
			groups := strings.Split(whole, mark)
			if !inThrees(groups) {
				return "", false
			}
			whole = strings.Join(groups, "")
			break
		}
	}
	if strings.TrimLeft(whole, "0123456789") != "" || whole == "" && rest == "" {
		return "", false
	}
	if hasDecimals {
		return whole + "." + rest, rest == "" || rest[0] >= '0' && rest[0] <= '9'
	}
	return whole + exponent, true
}

// inThrees reports whether the first group has one to three digits and the others
// three.
func inThrees(groups []string) bool {
	for i, g := range groups {
		if len(g) != 3 && (i > 0 || len(g) == 0 || len(g) > 3) || strings.Trim(g, "0123456789") != "" {
			return false
		}
	}
	return true
}

// isWhole reports whether v is an integer that float64 holds exactly.
func isWhole(v float64) bool { return v == math.Trunc(v) && math.Abs(v) <= 1<<53 }
