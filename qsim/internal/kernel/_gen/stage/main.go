// Command stage writes the assembly of the stage machines of package kernel. Run
// it by go generate in that package.
//
// It is threaded code: every operation is a symbol of its own that works on fixed
// registers and ends by jumping to the address in the next instruction. The rows
// of the block are the first vector registers; the others are free. The general
// registers are
//
//	SI  the instruction        DI  address of the block     R8  index of the group
//	R9  offsets for loads      R10 offsets for stores
//	R11 the next group         R12 groups to come           R13 Stage.Base
//	BX  the Stage              AX, CX, DX free
package main

import (
	"fmt"
	"os"
	"regexp"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ctx := build.NewContext()
	ctx.ConstraintExpr("!noasm")
	enter(ctx)
	for _, m := range []*machine{
		{name: "AVX512", wide: true, rows: 16, bytes: 64},
		{name: "AVX512Single", wide: true, single: true, rows: 16, bytes: 64},
		{name: "AVX2", rows: 8, bytes: 32},
		{name: "AVX2Single", single: true, rows: 8, bytes: 32},
	} {
		m.Context = ctx
		m.generate()
	}
	file, err := ctx.Result()
	check(err)
	check(pass.Compile.Execute(file))
	text, err := printer.NewGoAsm(printer.Config{Argv: []string{"go", "generate"}, Pkg: "kernel"}).Print(file)
	check(err)
	// The operations are local symbols, which have no declaration in Go.
	text = regexp.MustCompile(`(?m)^(//.*\n)*// func step[^s](.*)\n`).ReplaceAll(text, nil)
	text = regexp.MustCompile(`TEXT ·(step[^s]\w+)\(SB\)`).ReplaceAll(text, []byte("TEXT $1<>(SB)"))
	check(os.WriteFile(os.Args[1], text, 0o644))
}

func check(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "stage: %v\n", err)
		if list, ok := err.(build.ErrorList); ok {
			for _, e := range list {
				fmt.Fprintln(os.Stderr, e)
			}
		}
		os.Exit(1)
	}
}

// Offsets in Stage and Instr.
const (
	stageBase, stageIndex, stageCode, stageLoads, stageStores = 0, 8, 16, 24, 32
	stageGroups, stageN, stageArena, stageNext                = 40, 48, 56, 64
	instrMask, instrData, instrArg, instrSize                 = 8, 16, 24, 32
)

func at(base Register, offset int) Mem { return Mem{Base: base, Disp: offset} }

// enter writes the one way in, for all machines.
func enter(c *build.Context) {
	c.Function("enterStage")
	c.Attributes(4) // NOSPLIT
	c.SignatureExpr("func(s *byte)")
	c.Load(c.Param("s"), RBX)
	c.MOVQ(at(RBX, stageBase), R13)
	c.MOVQ(at(RBX, stageCode), RSI)
	c.MOVQ(at(RBX, stageLoads), R9)
	c.MOVQ(at(RBX, stageStores), R10)
	c.MOVQ(at(RBX, stageGroups), R11)
	c.MOVQ(at(RBX, stageN), R12)
	dispatch(c)
}

// dispatch jumps to the instruction at SI.
func dispatch(c *build.Context) {
	c.MOVQ(at(RSI, 0), RAX)
	c.Instruction(&ir.Instruction{Opcode: "JMP", Operands: []Op{RAX}, IsTerminal: true})
}

// next goes on to the next instruction.
func next(c *build.Context) {
	c.ADDQ(Imm(instrSize), RSI)
	dispatch(c)
}
