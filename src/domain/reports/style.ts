/** Light only, like the charts and the paper. No address in it: a report loads nothing. */
export const reportStyle = `
:root{color-scheme:light;--line:#d8dce3;--quiet:#5c6676}
body{font:15px/1.5 system-ui,'BIZ UDPGothic','Hiragino Sans','Noto Sans CJK JP',sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;background:#fff;color:#1c2430}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2.5rem 0 .5rem;border-bottom:2px solid var(--line)}
h3{font-size:1.05rem;margin:1.5rem 0 .5rem}h4,h5,h6{font-size:1rem;margin:1rem 0 .25rem}
.line,.none{color:var(--quiet);margin:0}.wide{overflow-x:auto}
.warning{border-left:4px solid #b9801f;padding:.4rem .75rem;background:#fff7e6}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.92em}
th,td{text-align:left;padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:break-word}
th{font-weight:600;color:var(--quiet);white-space:nowrap}.number{text-align:right;white-space:nowrap;overflow-wrap:normal}
code,pre{font-family:ui-monospace,'BIZ UDGothic',monospace;font-size:.85em;overflow-wrap:anywhere}
pre{white-space:pre-wrap;background:#f4f6f9;padding:.75rem;border-radius:4px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.25rem;margin:.5rem 0}dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
figure{margin:1rem 0}figure svg{max-width:100%;height:auto}
.written{border-left:3px solid var(--line);padding-left:1rem;margin:.75rem 0}blockquote{margin:.5rem 0;padding-left:1rem;border-left:3px solid var(--line);color:var(--quiet)}
.badge{padding:.05rem .45rem;border-radius:1rem;border:1px solid var(--line);white-space:nowrap;font-size:.85em}
.completed,.approved{border-color:#2c8a57}.failed,.rejected{border-color:#c4423c}.needs_attention,.waiting_approval{border-color:#b9801f}
@page{size:A4;margin:18mm 15mm}
@media print{body{margin:0;max-width:none;font-size:10pt}.wide{overflow:visible}td{overflow-wrap:anywhere}thead{display:table-header-group}tr,figure{break-inside:avoid}h2,h3{break-after:avoid}}
`;
