package viz

import "math"

// expertGrid is how the parts of the picture lie: a column for each network, and in it a block for each layer that
// there is room for. Lengths are in CSS pixels.
type expertGrid struct {
	in      box
	named   bool    // blocks have names
	gutter  float64 // left of the columns, for the names of classes
	column  float64 // width of a column
	pitch   float64 // from a column to the next
	head    float64 // height of the names of networks
	heads   [][2]string
	layers  []int // that are drawn
	block   float64
	classes [][]int // that are drawn, by row of layers
	kinds   int     // how many these are
	bands   float64
	cell    float64 // height of the cells of a class; 0 where there are none
	router  float64 // height of the bars
}

// Measures of a block.
const (
	blockName  = 17 // height of the name of a layer
	blockSpace = 4  // between its parts
	blockAfter = 10
	leastBands = 22
	leastCell  = 3
	mostCell   = 26
	mostBands  = 170
	expertName = 12 // height of the numbers of experts

	leastNumber = 9 // width of an expert with a number
)

func (v *View) expertGrid(b box, nets []routing, told bool) expertGrid {
	g := expertGrid{in: b, named: v.size != aside}
	layers := v.rec.Experiment.Model.Layers
	last := &nets[len(nets)-1].gets // all read the same symbols
	if told && v.size != aside {
		kinds := last.Kinds(0)
		g.kinds = len(kinds)
		for _, class := range kinds {
			g.gutter = math.Max(g.gutter, v.pen.width(last.Classes[class], small)+8)
		}
		g.gutter = math.Max(g.gutter, v.pen.width("router", small)+8)
		g.gutter = math.Min(g.gutter, b.w*0.22)
	}
	n := float64(max(len(nets), 1))
	space := math.Min(gap, 0.06*b.w)
	g.column = math.Max(math.Min((b.w-g.gutter-space*(n-1))/n, 900), 8)
	g.pitch = g.column + space
	if len(nets) > 1 {
		var arms []int
		for _, x := range nets {
			arms = append(arms, x.arms[0])
		}
		g.heads = v.heads(arms, g.column, body)
		g.head = headRoom(g.heads)
	}
	least := float64(leastBands + blockAfter)
	if v.size != aside {
		least += blockName
	}
	if g.kinds > 0 {
		least += blockSpace*2 + leastCell*float64(g.kinds) + leastBands + expertName
	}
	drawn := min(max(int((b.h-g.head)/least), 1), layers)
	if v.size == aside {
		drawn = 1 // the last: what comes out
	}
	for k := range drawn { // the first ones and the last
		layer := k
		if k >= (drawn+1)/2 || v.size == aside {
			layer = layers - drawn + k
		}
		g.layers, g.classes = append(g.layers, layer), append(g.classes, last.Kinds(layer))
	}
	g.block = (b.h - g.head) / float64(drawn)
	room := g.block - blockAfter
	if v.size != aside {
		room -= blockName
	}
	if g.bands = math.Max(room, 4); g.kinds == 0 {
		return g
	}
	room -= 2*blockSpace + expertName
	g.router = clamp(0.16*room, 12, 40)
	g.cell = clamp(0.58*room/float64(g.kinds), 1, mostCell)
	table := g.cell * float64(g.kinds)
	g.bands = clamp(room-g.router-table, 4, mostBands)
	g.block = math.Min(g.block, blockName+g.bands+2*blockSpace+table+g.router+expertName+blockAfter)
	return g
}

// bandBox, cellBox and barBox are the places of the parts of a block; cells of an expert stand over its bar.
func (g expertGrid) bandBox(k, row int) box {
	y := g.in.y + g.head + g.block*float64(row)
	if g.named {
		y += blockName
	}
	return box{g.in.x + g.gutter + g.pitch*float64(k), y, g.column, g.bands}
}

func (g expertGrid) cellBox(k, row int) box {
	b := g.bandBox(k, row)
	return box{b.x, b.y + b.h + blockSpace, b.w, g.cell * float64(g.kinds)}
}

func (g expertGrid) barBox(k, row int) box {
	b := g.cellBox(k, row)
	return box{b.x, b.y + b.h + blockSpace, b.w, g.router}
}
