#include "reports/plain_page.hpp"

#include "reports/printable.hpp"

namespace hubspec::reports {

namespace {

constexpr const char* style = R"(
:root{color-scheme:light dark;--ink:#1f2328;--paper:#fff;--line:#d1d9e0;--soft:#f6f8fa;--held:#116329;--warned:#7d4e00;
--broken:#a40e26;--open:#59636e;--link:#0b57d0}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--paper:#0d1117;--line:#3d444d;--soft:#151b23;--held:#6fdd8b;
--warned:#f0b72f;--broken:#ff9492;--open:#9198a1;--link:#8ab4f8}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:80rem;margin:2rem auto;padding:0 1rem}
a{color:var(--link)}h1{font-size:1.6rem;line-height:1.25;overflow-wrap:anywhere}h2{font-size:1.15rem;margin-top:2.5rem}
.answer{font-size:1.2rem;font-weight:600}.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid var(--line);padding:.4rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
thead th{position:sticky;top:0;background:var(--soft);overflow-wrap:normal}thead small{font-weight:400}
tbody th{font-weight:400;min-width:14rem}th .id{font-weight:600;white-space:nowrap}
td.mark{white-space:nowrap;min-width:7rem}
.held{color:var(--held)}.warned{color:var(--warned)}.broken{color:var(--broken);font-weight:600}.open{color:var(--open)}
code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}
section:target,tr:target{outline:2px solid var(--link);outline-offset:4px}
label{display:inline-block;margin:1rem 0}
#differing:checked~.wide tr.same{display:none}
@media(max-width:40rem){th,td{padding:.4rem .3rem}tbody th{min-width:8rem}td.mark{white-space:normal;min-width:4.5rem}}
@media print{thead th{position:static}label,input{display:none}}
)";

}  // namespace

std::string plain_page(const std::string& title, const std::string& body) {
    return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>" +
           html_safe(title) + "</title><style>" + style + "</style></head><body>\n<h1>" + html_safe(title) + "</h1>\n" +
           body + "</body></html>\n";
}

}  // namespace hubspec::reports
