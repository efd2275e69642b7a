// What the slides use of reveal.js, which is fetched beside internal/deck and not here.
declare module "*/reveal.mjs" {
  const Reveal: {
    initialize(options: Record<string, unknown>): Promise<unknown>;
    on(event: string, act: () => void): void;
    next(): void;
    prev(): void;
    togglePause(): void;
    toggleOverview(): void;
    isPaused(): boolean;
    isOverview(): boolean;
    getIndices(): { h: number };
    getCurrentSlide(): Element;
    addKeyBinding(key: { keyCode: number; key: string; description: string }, act: () => void): void;
  };
  export default Reveal;
}
