package viz

import "math"

// mosaic is how the tiles of a layer's neurons lie in a box: a block for each expert, and in it a tile for each of its
// neurons, original beside copy. A tile has a cell for every number, all of one size.
type mosaic struct {
	at            box
	experts, each int // tiles of an expert
	wide, high    int // cells of a tile
	across        int // blocks in a row
	columns       int // tiles in a row of a block
	cw, ch        float64
	name          float64 // height of what is written over a block
	gap           float64 // between a tile and the one below it
}

// What lies between tiles and blocks, in units.
const (
	tileGap   = 4.0 // between a tile and the one below it, where there is room
	besideGap = 8.0 // and the one beside it
	blockGapX = 16.0
	blockGapY = 8.0
	mostTall  = 3.0 // so much taller than wide a cell may be, and so much wider than tall
	mostBroad = 4.0
)

// mosaicIn finds the arrangement in which cells are largest; paired tiles stay beside each other.
func (v *View) mosaicIn(b box, experts, each, wide, high int, paired bool) mosaic {
	var best mosaic
	most, least := -1.0, 1
	if paired {
		least = 2
	}
	for across := 1; across <= experts; across++ {
		for columns := least; columns <= max(each, least); columns += least {
			m := mosaic{at: b, experts: experts, each: each, wide: wide, high: high, across: across, columns: columns}
			rows, down := (each+columns-1)/columns, (experts+across-1)/across
			w := ((b.w+blockGapX)/float64(across)-blockGapX+besideGap)/float64(columns) - besideGap
			h := (b.h+blockGapY)/float64(down) - blockGapY
			if experts > 1 && h > 34 {
				m.name = 15
			}
			h = math.Max(h-m.name, 1) / float64(rows)
			m.gap = v.whole(math.Min(tileGap, h/4))
			m.cw, m.ch = math.Max(w, 1)/float64(wide), (h-m.gap)/float64(high)
			m.cw, m.ch = v.whole(math.Min(m.cw, mostBroad*m.ch)), math.Min(m.ch, mostTall*m.cw)
			m.ch = v.whole(m.ch*float64(high)) / float64(high) // rows of one tile may differ, tiles do not
			if score := m.score(); score > most*1.02 {
				most, best = score, m
			}
		}
	}
	return best
}

// score is how well tiles can be seen: the thinner side of a cell counts most, then its area, and that tiles stand
// apart.
func (m mosaic) score() float64 {
	return (math.Min(m.cw, m.ch) + 0.02*m.cw*m.ch) * (0.7 + 0.3*m.gap/tileGap)
}

// whole is a length in whole device pixels, so that all cells are as large, unless it is shorter than two.
func (v *View) whole(css float64) float64 {
	if px := math.Floor(css * v.pen.scale); px >= 2 {
		return px / v.pen.scale
	}
	return css
}

// rows is how many rows of tiles a block has.
func (m mosaic) rows() int { return (m.each + m.columns - 1) / m.columns }

// block is the place of an expert, with its name.
func (m mosaic) block(expert int) box {
	w := float64(m.columns)*(m.cw*float64(m.wide)+besideGap) - besideGap
	h := float64(m.rows())*(m.ch*float64(m.high)+m.gap) - m.gap + m.name
	return box{m.at.x + float64(expert%m.across)*(w+blockGapX), m.at.y + float64(expert/m.across)*(h+blockGapY), w, h}
}

// tile is the place of a tile.
func (m mosaic) tile(expert, slot int) box {
	b := m.block(expert)
	w, h := m.cw*float64(m.wide), m.ch*float64(m.high)
	return box{b.x + float64(slot%m.columns)*(w+besideGap), b.y + m.name + float64(slot/m.columns)*(h+m.gap), w, h}
}

// size is how much of its box the mosaic takes.
func (m mosaic) size() (w, h float64) {
	last := m.block(m.experts - 1)
	row := m.block(min(m.across, m.experts) - 1)
	return row.x + row.w - m.at.x, last.y + last.h - m.at.y
}

// under is the tile at a place.
func (m mosaic) under(p point) (expert, slot int, ok bool) {
	for e := range m.experts {
		if !m.block(e).holds(p) {
			continue
		}
		for s := range m.each {
			b := m.tile(e, s)
			if (box{b.x, b.y, b.w + besideGap/2, b.h + m.gap}).holds(p) {
				return e, s, true
			}
		}
	}
	return 0, 0, false
}
