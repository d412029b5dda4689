import { createTheme, type MantineColorsTuple } from "@mantine/core";

// one accent; white text on shade 6 and 7 meets WCAG AA (4.6:1 and 5.9:1)
const accent: MantineColorsTuple = [
  "#eaf1ff",
  "#d2e0fd",
  "#a6c2f8",
  "#7aa4f5",
  "#5a8df2",
  "#437ef0",
  "#2f6feb",
  "#225bc9",
  "#1a4ba8",
  "#123a86",
];

// cool greys from text to the stage's ground
const dark: MantineColorsTuple = [
  "#dfe4ea",
  "#c3cad3",
  "#9aa5b3",
  "#6c7786",
  "#3a424e",
  "#2a313b",
  "#1d232c",
  "#14181f",
  "#0e1116",
  "#0a0c10",
];

/** Mantine as it comes, with our sizes: 13 px text, 11 px labels, radius 6, one accent. */
export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: { light: 7, dark: 6 },
  colors: { accent, dark },
  defaultRadius: 6,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  fontSizes: { xs: "12px", sm: "13px", md: "13px", lg: "15px", xl: "20px" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.45" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "20px", xl: "24px" },
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    Tooltip: {
      defaultProps: {
        openDelay: 350,
        multiline: true,
        maw: 280,
        withinPortal: true,
        events: { hover: true, focus: true, touch: false },
      },
    },
    Button: { defaultProps: { size: "xs" } },
    NumberInput: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs", comboboxProps: { shadow: "md" } } },
    SegmentedControl: { defaultProps: { size: "xs", fullWidth: true } },
    Switch: { defaultProps: { size: "xs" } },
  },
});
