"""How the stand-ins' pages look: on a laptop, on a phone, by day and by night."""

STYLE = """
*{box-sizing:border-box}
:root{color-scheme:light dark;--ground:#f4f5f8;--card:#fff;--ink:#1c2230;--soft:#5b6474;
--line:#dde1e8;--good:#1b7f4b;--bad:#b3261e;--shade:0 1px 2px #0000000f,0 4px 16px #0000000a}
@media(prefers-color-scheme:dark){:root{--ground:#12151b;--card:#1b2029;--ink:#e8ebf1;
--soft:#9aa4b5;--line:#303745;--good:#5ccf93;--bad:#ff8a80;--shade:none}}
body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
.banner{margin:0;padding:.45rem 1rem;text-align:center;font-size:.85rem;font-weight:600;
color:#4a3500;background:repeating-linear-gradient(-45deg,#ffd86b 0 16px,#ffe08a 16px 32px)}
header{background:var(--card);border-bottom:1px solid var(--line)}
.brand{max-width:64rem;margin:auto;padding:.7rem 1rem;display:flex;gap:.6rem;align-items:center;
font-weight:600}
.brand a{color:inherit;text-decoration:none}
.mark{width:1.9rem;height:1.9rem;border-radius:.55rem;background:var(--accent);color:#fff;
display:grid;place-items:center}
main{margin:auto;padding:1.25rem 1rem 4rem}
main.wide{max-width:64rem}
main.narrow{max-width:30rem}
h1{font-size:1.45rem;line-height:1.25;margin:.25rem 0 1rem}
h2{font-size:1.05rem;margin:0 0 .75rem}
a{color:color-mix(in srgb,var(--accent) 82%,var(--ink))}
.muted,small,dt{color:var(--soft)}
small{display:block;font-size:.85rem;font-weight:400}
.card{background:var(--card);border:1px solid var(--line);border-radius:.8rem;padding:1.1rem;
margin:0 0 1rem;box-shadow:var(--shade)}
.row{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center;margin:0 0 1rem}
.row>form,.row>form .row{margin:0}
.row>.field{margin:0}
.card .row>.field{flex:1 1 12rem}
.row:has(>.field){align-items:end}
.row>form:first-child{flex:1 1 16rem}
.card>:first-child{margin-top:0}
.card>:last-child,.row>:last-child,form>:last-child{margin-bottom:0}
.row>input[type=search]{flex:1 1 9rem;width:auto}
.badge{display:inline-block;padding:.05rem .55rem;margin:.1rem .25rem .1rem 0;border-radius:1rem;
font-size:.82rem;border:1px solid var(--line);background:var(--ground)}
.badge.good,.notice.good{color:var(--good);border-color:currentColor}
.badge.bad,.notice.bad{color:var(--bad);border-color:currentColor}
.notice{background:var(--card);border:1px solid var(--line);border-left-width:4px;
border-radius:.5rem;padding:.6rem .9rem;margin:0 0 1rem}
.empty{padding:2rem 1rem;margin:0 0 1rem;text-align:center;color:var(--soft);
border:1px dashed var(--line);border-radius:.8rem}
dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.3rem 1rem;margin:0}
dd{margin:0}
ul{margin:0 0 .6rem;padding-left:1.2rem}
table{width:100%;border-collapse:separate;border-spacing:0;background:var(--card);
border:1px solid var(--line);border-radius:.8rem;box-shadow:var(--shade);margin:0 0 1rem}
th,td{text-align:left;padding:.6rem .9rem;border-top:1px solid var(--line);vertical-align:top}
thead th{border-top:0;color:var(--soft);font-size:.85rem;font-weight:600}
tbody tr:hover{background:color-mix(in srgb,var(--accent) 6%,transparent)}
td form{display:inline}
td[data-head=""]{white-space:nowrap;text-align:right}
.field{display:block;margin:0 0 .9rem}
.field>span{display:block;font-size:.9rem;font-weight:600;margin:0 0 .25rem}
input:not([type=checkbox],[type=radio]),select,textarea{width:100%;font:inherit;color:inherit;
background:var(--ground);border:1px solid var(--line);border-radius:.5rem;padding:.5rem .7rem}
.tick{display:flex;gap:.7rem;align-items:flex-start;padding:.6rem 0;
border-top:1px solid var(--line)}
.tick input{width:1.15rem;height:1.15rem;margin:.2rem 0 0;flex:none;accent-color:var(--accent)}
button,.button{display:inline-block;font:inherit;font-weight:600;text-decoration:none;
cursor:pointer;border:1px solid var(--line);border-radius:.5rem;padding:.5rem 1rem;
background:var(--card);color:var(--ink)}
button:hover,.button:hover{border-color:var(--accent)}
button.primary{background:var(--accent);border-color:var(--accent);color:#fff}
button.danger{color:var(--bad)}
td button,td .button{padding:.15rem .6rem;font-size:.9rem}
:focus-visible{outline:3px solid color-mix(in srgb,var(--accent) 55%,transparent);
outline-offset:2px}
.pager{display:flex;gap:1rem;align-items:center;justify-content:space-between;margin:0 0 1rem}
pre,code{font:.88rem/1.5 ui-monospace,Menlo,Consolas,monospace}
pre{background:var(--ground);border:1px solid var(--line);border-radius:.5rem;padding:.7rem .9rem;
margin:0 0 1rem;white-space:pre-wrap}
@media(max-width:40rem){
main.wide,main.narrow{padding:1rem .8rem 3rem}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody,tr{display:block}
td{display:flex;gap:.8rem;border:0;padding:.25rem .9rem}
td>div{min-width:0}
td[data-head=""]{text-align:left}
td::before{content:attr(data-head);flex:0 0 6.5rem;color:var(--soft);font-size:.9rem}
td[data-head=""]::before{content:none}
tr{padding:.55rem 0;border-top:1px solid var(--line)}
tbody tr:first-child{border-top:0}
}
"""
