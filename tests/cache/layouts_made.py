"""Holdings files as issuers lay them out, with invented rows; each with what it adds up to.

Everywhere ALPHA WORKS holds 500, BETA HOLDING 300 and GAMMA ENERGY 150 of a fund of 1,000; the
last 50 are cash, and where the layout has them a line abroad or a contract stands beside.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

WHEN = date(2026, 9, 30)


@dataclass(frozen=True)
class Made:
    """One layout.

    Attributes:
        text: the file.
        options: what the file does not say.
        fund: whose holdings.
        total: what the rows add up to, by hand.
        weights: symbol -> weight of the first lines, by hand.
        left_out: names of the rows that are left out.
    """

    text: str
    total: float
    weights: dict[str, float]
    left_out: tuple[str, ...]
    fund: str = "FND"
    options: dict[str, Any] = field(default_factory=dict)


NO_FUND = {"fund": "FND"}
PLAIN = {"AAA": 0.5, "BBB": 0.3, "CCC": 0.15}

ISHARES_US = """\ufeffiShares Core Invented ETF
Fund Holdings as of,"Sep 30, 2026"
Inception Date,"May 22, 2000"
Shares Outstanding,"1,000.00"
Stock,"-"
Bond,"-"
Cash,"-"
Other,"-"
\u00a0
Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Quantity,Price,Location,\
Exchange,Currency,FX Rate,Market Currency,Accrual Date
"AAA","ALPHA WORKS INC","Industrials","Equity","500.00","50.00","500.00","50.00","10.00",\
"United States","NASDAQ","USD","1.00","USD","-"
"BBB","BETA HOLDING PLC","Health Care","Equity","300.00","30.00","300.00","30.00","10.00",\
"Ireland","New York Stock Exchange Inc.","USD","1.00","USD","-"
"CCC","GAMMA ENERGY SA","Energy","Equity","150.00","15.00","150.00","15.00","10.00",\
"France","Nyse Euronext - Euronext Paris","USD","0.85","EUR","-"
"USD","USD CASH","Cash and/or Derivatives","Cash","50.00","5.00","50.00","50.00","100.00",\
"United States","-","USD","1.00","USD","-"
"ESZ6","S&P500 EMINI DEC 26","Cash and/or Derivatives","Futures","0.00","0.00","99.00","1.00",\
"99.00","-","Index And Options Market","USD","1.00","USD","-"
\u00a0
"The content contained herein is invented.
See nowhere, for more."
"""
ISHARES_UK = """iShares Invented UCITS ETF
Fund Holdings as of,"30/Sep/2026"
\u00a0
Issuer Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Nominal,Price,\
Location,Exchange,Market Currency
"AAA","ALPHA WORKS INC","Industrials","Equity","500.00","50.00","500.00","50.00","10.00",\
"United States","NASDAQ","USD"
"BBB","BETA HOLDING PLC","Health Care","Equity","300.00","30.00","300.00","30.00","10.00",\
"Ireland","New York Stock Exchange Inc.","USD"
"CCC","GAMMA ENERGY SA","Energy","Equity","150.00","15.00","150.00","15.00","8.50",\
"France","Nyse Euronext - Euronext Paris","EUR"
"EUR","EUR CASH","Cash and/or Derivatives","Cash","50.00","5.00","50.00","42.00","1.18",\
"European Union","-","EUR"
"""
ISHARES_DE = """Fondsposition per,"30.Sept.2026"
\u00a0
Emittententicker,Name,Sektor,Anlageklasse,Marktwert,Gewichtung (%),Nominalwert,Nominale,Kurs,\
Standort,Börse,Marktwährung
"AAA","ALPHA WORKS INC","Industrie","Aktien","500.000,00","50,00","500.000,00","50.000,00",\
"10,00","Vereinigte Staaten","NASDAQ","USD"
"BBB","BETA HOLDING PLC","Gesundheitsversorgung","Aktien","300.000,00","30,00","300.000,00",\
"30.000,00","10,00","Irland","New York Stock Exchange Inc.","USD"
"CCC","GAMMA ENERGY SA","Energie","Aktien","150.000,00","15,00","150.000,00","15.000,00",\
"8,50","Frankreich","Nyse Euronext - Euronext Paris","EUR"
"EUR","EUR CASH","Cash und/oder Derivate","Barmittel","50.000,00","5,00","50.000,00",\
"42.000,00","1,18","Europäische Union","-","EUR"
\u00a0
"""
INVESCO_CSV = """Fund Ticker,Security Identifier,Holding Ticker,Shares/Par Value,MarketValue,\
Weight,Name,Class of Shares,Sector,Date
FND,111111111,AAA ,"50","500.00",50.000,Alpha Works Inc,Common Stock,Industrials,09/30/2026
FND,G22222222,BBB ,"30","300.00",30.000,Beta Holding PLC,Ordinary Shares,Health Care,09/30/2026
FND,333333333,CCC ,"15","150.00",15.000,Gamma Energy ADR,American Depository Receipt,Energy,\
09/30/2026
FND,-,-CASH ,"50","50.00",5.000,Cash/Receivables,Currency,-,09/30/2026
"""
INVESCO_WEB = """Invesco Invented ETF
Holdings as of 09/30/2026
Company,Ticker,CUSIP,Sector,Shares/Par value,Market value ($),% TNA
Alpha Works Inc,AAA,111111111,Industrials,50,500.00,50.00
Beta Holding PLC,BBB,G22222222,Health Care,30,300.00,30.00
Gamma Energy ADR,CCC,333333333,Energy,15,150.00,15.00
Cash/Receivables,,,,50,50.00,5.00
"""
INVESCO_JSON = json.dumps(
    {
        "cusip": "999999999",
        "effectiveDate": "2026-09-30",
        "effectiveBusinessDate": "2026-09-30",
        "totalNumberOfHoldings": 4,
        "holdings": [
            {"ticker": t, "issuerName": n, "cusip": c, "units": u, "marketValueBase": v}
            | {"percentageOfTotalNetAssets": w, "securityTypeCode": k, "currency": "USD"}
            for t, n, c, u, v, w, k in (
                ("AAA", "Alpha &amp; Works Inc", "111111111", 50, 500.0, 50.0, "COM"),
                ("BBB", "Beta Holding PLC", "G22222222", 30, 300.0, 30.0, "COM"),
                ("CCC", "Gamma Energy ADR", "333333333", 15, 150.0, 15.0, "ADR"),
                ("USD", "Cash/Receivables", None, 50, 50.0, 5.0, "CURR"),
            )
        ],
    }
)
VANGUARD_CSV = """Holdings details

Invented ETF (FND)


Equity,as of 09/30/2026

,SEDOL,HOLDINGS,TICKER,% OF FUNDS*,SUB-INDUSTRY,COUNTRY,SECURITYDEPOSITORYRECEIPTTYPE,\
MARKET VALUE*,SHARES
,2000019,Alpha Works Inc,AAA,50.00%,Industrial Machinery,US,-,$500.00,50
,B4BNMY3,Beta Holding plc,BBB,30.00%,Health Care Services,IE,-,$300.00,30
,2588173,Gamma Energy Inc,CCC,15.00%,Oil & Gas,US,-,$150.00,15

Short-term reserves,as of 09/30/2026

,SEDOL,HOLDINGS,TICKER,% OF FUNDS*,SUB-INDUSTRY,COUNTRY,SECURITYDEPOSITORYRECEIPTTYPE,\
MARKET VALUE*,SHARES
,-,Invented Market Liquidity Fund,-,5.00%,-,US,-,$50.00,50
"""
VANGUARD_JSON = json.dumps(
    {
        "size": 3,
        "asOfDate": "2026-09-30T00:00:00-04:00",
        "fund": {
            "entity": [
                {"type": "portfolioHolding", "longName": n, "ticker": t, "isin": i, "sedol": s}
                | {"percentWeight": w, "marketValue": v, "sharesHeld": "10", "secMainType": "EQ"}
                for n, t, i, s, w, v in (
                    ("Alpha Works Inc", "AAA", "US1111111111", "2000019", "50.00", "500.00"),
                    ("Beta Holding plc", "BBB", "IE2222222222", "B4BNMY3", "30.00", "300.00"),
                    ("Gamma Energy Inc", "CCC", "US3333333333", "2588173", "20.00", "200.00"),
                )
            ]
        },
    }
)
SCHWAB = """As-Of-Date,Symbol,Quantity,Percent of Assets,Name,BBG FIGI,Country,Currency,Exchange,\
Exchange (fx) Rate,Market Currency,Sector
2026-09-30,AAA,50.0000000000,50.0000000000,ALPHA WORKS INC,BBG000000001,US,USD,XNGS,1.0,USD,\
Industrials
2026-09-30,BBB,30.0000000000,30.0000000000,BETA HOLDING PLC,BBG000000002,IE,USD,XNYS,1.0,USD,\
Health Care
2026-09-30,CCC,15.0000000000,15.0000000000,GAMMA ENERGY INC,BBG000000003,US,USD,XNYS,1.0,USD,\
Energy
2026-09-30,USD,50.0000000000,5.0000000000,US DOLLAR,,US,USD,,1.0,USD,
"""
GLOBAL_X = """Global X Invented ETF
Fund Holdings Data as of 09/30/2026
% of Net Assets,Ticker,Name,SEDOL,Market Price ($),Shares Held,Market Value ($)
50.00,AAA,ALPHA WORKS INC,2000019,10.00,50.00,500.00
30.00,BBB/B,BETA HOLDING PLC-CLS B,B4BNMY3,10.00,30.00,300.00
15.00,6861 JP,GAMMA ENERGY KK,6490995,10.00,15.00,150.00
5.00,,CASH,,1.00,50.00,50.00
Investing involves risk, including the possible loss of principal. See globe, and more.
"""
VANECK = """VanEck Invented ETF - FND
Daily Holdings (%) as of 09/30/2026
Number,Holding Name,Ticker,Identifier (FIGI),Shares,Asset Class,Market Value (US$),\
Notional Value,% of Net Assets
1,Alpha Works Inc,AAA US,BBG000000001,50,Stock,$500.00,--,50.00%
2,Beta Holding Plc,BBB US,BBG000000002,30,Stock,$300.00,--,30.00%
3,Gamma Energy Sa,CCC FP,BBG000000003,15,Stock,$150.00,--,15.00%
4,Other/Cash,--,--,0,Cash Bal,$50.00,--,5.00%
"""
DIREXION = """Direxion Daily Invented Bull 3X Shares
FND
Shares Outstanding:1000


TradeDate,AccountTicker,StockTicker,SecurityDescription,Shares,Price,MarketValue,Cusip,\
HoldingsPercent
9/30/2026,FND,AAA,ALPHA WORKS INC,50,10,500,111111111,50
9/30/2026,FND,BBB,BETA HOLDING PLC,30,10,300,G22222222,30
9/30/2026,FND,CCC,GAMMA ENERGY INC,15,10,150,333333333,15
9/30/2026,FND,,INVENTED INDEX SWAP,7,10,0,,0
9/30/2026,FND,,DREYFUS GOVT CASH MAN INS,50,1,50,,5
"""
PROSHARES = """PORTFOLIO HOLDINGS INFORMATION,,,,
AS OF 9/30/2026,,,,
,,,,
Fund Ticker, Fund Name, Security Ticker, Security Sedol, Security Description, Coupon, \
Maturity Date, Shares/Contracts, Exposure Value (Notional + G/L), Market Value
"FND","ProShares Invented","AAA","2000019","ALPHA WORKS INC",,,50,,500.00
"FND","ProShares Invented","BBB","B4BNMY3","BETA HOLDING PLC",,,30,,300.00
"FND","ProShares Invented","CCC","2588173","GAMMA ENERGY INC",,,15,,150.00
"FND","ProShares Invented","","","INVENTED INDEX SWAP",,,7,900.00,
"FND","ProShares Invented","","","NET OTHER ASSETS (LIABILITIES)",,,50,,50.00
"OTH","ProShares Other","AAA","2000019","ALPHA WORKS INC",,,500,,5000.00
"""
ARK = """date,fund,company,ticker,cusip,shares,market value ($),weight (%)
09/30/2026,FND,ALPHA WORKS INC,AAA,111111111,50,"$500.00",50.00%
09/30/2026,FND,BETA HOLDING PLC,BBB,G22222222,30,"$300.00",30.00%
09/30/2026,FND,GAMMA ENERGY INC,CCC UW,333333333,15,"$150.00",15.00%
09/30/2026,FND,DREYFUS GOVT CASH MAN INS,,X9USDDGCM,50,"$50.00",5.00%
"Investors should carefully consider the objectives, risks and charges of a fund."
"""
FIRST_TRUST = """First Trust Invented Fund (FND)
Holdings of the Fund as of 9/30/2026
Security Name,Identifier,CUSIP,Classification,Shares / Quantity,Market Value,Weighting
Alpha Works Inc,AAA,111111111,Industrials,50,$500.00,50.00%
Beta Holding Plc,BBB,G22222222,Health Care,30,$300.00,30.00%
Gamma Energy Inc,CCC,333333333,Energy,15,$150.00,15.00%
US Dollar,$USD,,Other,50,$50.00,5.00%
"""
WISDOMTREE = """WisdomTree Invented Fund
All Holdings as of 09/30/2026
Name,Ticker,FIGI,Country,Shares,Market Value,Weight (%)
Alpha Works Inc,AAA US Equity,BBG000000001,US,50,500.00,50.00%
Beta Holding Plc,BBB UN,BBG000000002,IE,30,300.00,30.00%
Gamma Energy Sa,CCC FP,BBG000000003,FR,15,150.00,15.00%
US Dollar,,,,50,50.00,5.00%
"""
DIMENSIONAL = """as_of_date,portfolio_ticker,portfolio_name,ticker,description,isin,cusip,sedol,\
asset_class,country,shares,market_value,weight
2026-09-30,FND,Dimensional Invented ETF,AAA,ALPHA WORKS INC,US1111111111,111111111,2000019,\
EQUITY,US,50,500.00,50.000%
2026-09-30,FND,Dimensional Invented ETF,BBB,BETA HOLDING PLC,IE2222222222,,B4BNMY3,\
EQUITY,IE,30,300.00,30.000%
2026-09-30,FND,Dimensional Invented ETF,CCC,GAMMA ENERGY INC,US3333333333,333333333,2588173,\
EQUITY,US,15,150.00,15.000%
2026-09-30,FND,Dimensional Invented ETF,,CASH,,,,CASH,US,50,50.00,5.000%
"""
AVANTIS = """Avantis Invented ETF
As of 09/30/2026
Company,Ticker,CUSIP,Shares,Market Value,% of Net Assets
ALPHA WORKS INC,AAA,111111111,50,$500.00,50.00
BETA HOLDING PLC,BBB,G22222222,30,$300.00,30.00
GAMMA ENERGY INC,CCC,333333333,15,$150.00,15.00
CASH AND CASH EQUIVALENTS,,,50,$50.00,5.00
Total,,,,"$1,000.00",100.00
"""
JPMORGAN = """JPMorgan Invented ETF
Holdings as of,09/30/2026
Ticker,Security Description,ISIN,CUSIP,Asset Class,Sector,Country,Currency,Shares/Par,\
Base Price,Base Market Value,% Market Value
AAA,ALPHA WORKS INC,US1111111111,111111111,Equity,Industrials,United States,USD,50,10.00,500.00,\
50.00
BBB,BETA HOLDING PLC,IE2222222222,G22222222,Equity,Health Care,Ireland,USD,30,10.00,300.00,30.00
CCC,GAMMA ENERGY INC,US3333333333,333333333,Equity,Energy,United States,USD,15,10.00,150.00,15.00
,US DOLLAR,,,Cash,Cash,United States,USD,50,1.00,50.00,5.00
"""
XTRACKERS = """Xtrackers Invented ETF (FND)
As of 09/30/2026
Name,Ticker,ISIN,CUSIP,SEDOL,Country,Currency,Exchange,Type of Security,Industry Classification,\
Market Value($),Weighting
ALPHA WORKS INC,AAA,US1111111111,111111111,2000019,United States,USD,NASDAQ,Common Stock,\
Industrials,500.00,50.00%
BETA HOLDING PLC,BBB,IE2222222222,,B4BNMY3,Ireland,USD,New York,Common Stock,Health Care,300.00,\
30.00%
GAMMA ENERGY SA,CCC,FR3333333333,,4444444,France,EUR,Paris,Common Stock,Energy,150.00,15.00%
US DOLLAR,,,,,United States,USD,-,Cash,-,50.00,5.00%
"""

ABROAD = {"AAA": 0.5, "BBB": 0.3}
LAYOUTS: dict[str, Made] = {
    "iShares US": Made(
        ISHARES_US,
        1000.0,
        ABROAD,
        ("GAMMA ENERGY SA", "USD CASH", "S&P500 EMINI DEC 26"),
        options=NO_FUND,
    ),
    "iShares UK": Made(
        ISHARES_UK, 1000.0, ABROAD, ("GAMMA ENERGY SA", "EUR CASH"), options=NO_FUND
    ),
    "iShares DE": Made(ISHARES_DE, 1e6, ABROAD, ("GAMMA ENERGY SA", "EUR CASH"), options=NO_FUND),
    "Invesco CSV": Made(INVESCO_CSV, 1000.0, PLAIN, ("Cash/Receivables",)),
    "Invesco web": Made(INVESCO_WEB, 1000.0, PLAIN, ("Cash/Receivables",), options=NO_FUND),
    "Invesco JSON": Made(INVESCO_JSON, 1000.0, PLAIN, ("Cash/Receivables",), options=NO_FUND),
    "Vanguard CSV": Made(VANGUARD_CSV, 1000.0, PLAIN, ("Invented Market Liquidity Fund",)),
    "Vanguard JSON": Made(
        VANGUARD_JSON, 1000.0, {"AAA": 0.5, "BBB": 0.3, "CCC": 0.2}, (), options=NO_FUND
    ),
    "Schwab": Made(SCHWAB, 100.0, PLAIN, ("US DOLLAR",), options=NO_FUND),
    "Global X": Made(
        GLOBAL_X, 1000.0, {"AAA": 0.5, "BBB-B": 0.3}, ("GAMMA ENERGY KK", "CASH"), options=NO_FUND
    ),
    "VanEck": Made(VANECK, 1000.0, ABROAD, ("Gamma Energy Sa", "Other/Cash"), options=NO_FUND),
    "Direxion": Made(DIREXION, 1000.0, PLAIN, ("INVENTED INDEX SWAP", "DREYFUS GOVT CASH MAN INS")),
    "ProShares": Made(
        PROSHARES,
        1000.0,
        PLAIN,
        ("INVENTED INDEX SWAP", "NET OTHER ASSETS (LIABILITIES)"),
        options=NO_FUND,
    ),
    "ARK": Made(ARK, 1000.0, PLAIN, ("DREYFUS GOVT CASH MAN INS",)),
    "First Trust": Made(FIRST_TRUST, 1000.0, PLAIN, ("US Dollar",)),
    "WisdomTree": Made(
        WISDOMTREE, 1000.0, ABROAD, ("Gamma Energy Sa", "US Dollar"), options=NO_FUND
    ),
    "Dimensional": Made(DIMENSIONAL, 1000.0, PLAIN, ("CASH",)),
    "Avantis": Made(AVANTIS, 1000.0, PLAIN, ("CASH AND CASH EQUIVALENTS",), options=NO_FUND),
    "JPMorgan": Made(JPMORGAN, 1000.0, PLAIN, ("US DOLLAR",), options=NO_FUND),
    "Xtrackers": Made(XTRACKERS, 1000.0, ABROAD, ("GAMMA ENERGY SA", "US DOLLAR")),
}
