// Package syntax reads OpenQASM 2 and 3: it turns text into tokens and tokens into trees,
// and knows nothing of what a program means.
//
// A [Reader] is asked for one statement at a time. A statement that holds others, such as
// a loop, is given as its head; the reader then stands at the beginning of its body, and
// whoever carries the program out reads the statements of the body, passes over it, or
// goes back to its beginning. A program of any length is therefore read in little memory.
// Trees of statements that are read again, in loops and definitions, are kept, as far as
// [maxKept] allows.
//
// What is no OpenQASM ends the reading. The tree of the statement in which that happens
// ends there in an expression of the kind [Bad], so that what is wrong with the meaning of
// the words before can be found first.
package syntax
