/* Code tables of the Nanuminet SMS REST API V1. */
#include "provider/nanuminet_codes.h"

/* The manual lists no codes for what is refused, only msg, a text for people. What is printed are the words
   that msg is searched for, in this order: a text about a sender that is not authenticated ("인증") is none
   about the token. */
const struct verdict nanuminet_refusals[] = {
    { "sender", OUTCOME_ACCOUNT, "the sender's number is refused", "발신번호|회신번호" },
    { "number", OUTCOME_REFUSED, "the receiver's number is refused", "수신번호|수신거부|수신핸드폰|휴대폰" },
    { "credit", OUTCOME_ACCOUNT, "no messages are left", "잔여|부족|잔액|충전" },
    { "address", OUTCOME_ACCOUNT, "this machine's address is not allowed", "IP|아이피" },
    { "token", OUTCOME_ACCOUNT, "the token or the login is not valid", "토큰|TOKEN|Token|token|인증|만료" },
    { "false", OUTCOME_ACCOUNT, "refused for another reason", "-" },
    { 0 },
};

/* The same of look-ups and cancelling, behind the words above. On a send they would make no sense, and must
   not decide that an alert is refused for good. */
const struct verdict nanuminet_query_refusals[] = {
    { "none", OUTCOME_REFUSED, "no such message or reservation",
      "내역이 없|데이터가 없|자료가 없|정보가 없|존재하지|찾을 수 없" },
    { "late", OUTCOME_REFUSED, "it was sent or cancelled before", "이미|취소할 수 없|취소 불가" },
    { 0 },
};

const struct verdict_table nanuminet_verdict_tables[] = {
    { "words in msg beside a result of false (RESPONSE)", nanuminet_refusals },
    { "the same of look-ups and cancelling (RESPONSE)", nanuminet_query_refusals },
    { 0 },
};

const struct receipt nanuminet_sms_receipts[] = {
    { "00", RECEIPT_WAITING, "waiting for the result", "결과수신대기" },
    { "01", RECEIPT_GATEWAY, "system fault", "시스템장애" },
    { "02", RECEIPT_GATEWAY, "not authenticated", "인증실패" },
    { "03", RECEIPT_FAILED, "wrong message format", "메시지형식오류" },
    { "04", RECEIPT_GATEWAY, "not bound to the carrier", "BIND안됨" },
    { "05", RECEIPT_FAILED, "no such subscriber", "착신가입자없음" },
    { "06", RECEIPT_DELIVERED, "delivered", "전송성공" },
    { "07", RECEIPT_FAILED, "no such number", "비가입자결번" },
    { "08", RECEIPT_MISSED, "the phone is off", "단말기OFF" },
    { "09", RECEIPT_MISSED, "no reception", "음영" },
    { "10", RECEIPT_MISSED, "the phone's store is full", "단말기메시지FULL" },
    { "11", RECEIPT_MISSED, "timed out", "타임아웃" },
    { "14", RECEIPT_MISSED, "radio fault", "무선망에러" },
    { "17", RECEIPT_FAILED, "not a user of callback URLs", "CallbackURL사용자아님" },
    { "18", RECEIPT_FAILED, "the same message was sent before", "메시지중복발송" },
    { "19", RECEIPT_GATEWAY, "this month's number of messages is used up", "월송신건수초과" },
    { "20", RECEIPT_FAILED, "another fault", "기타에러" },
    { "21", RECEIPT_FAILED, "the receiver's number is wrong", "착신번호에러" },
    { "22", RECEIPT_FAILED, "the receiver's number is wrong", "착신번호에러" },
    { "23", RECEIPT_FAILED, "the note on how to refuse is missing", "수신거부메시지없음" },
    { "24", RECEIPT_FAILED, "advertisement after 21:00", "21시이후광고" },
    { "25", RECEIPT_FAILED, "advertisement of a restricted kind", "성인광고,대출광고등제한" },
    { "26", RECEIPT_FAILED, "held back by the carrier's spam filter", "데이콤스팸필터링" },
    { "27", RECEIPT_MISSED, "blocked by night", "야간발송차단" },
    { "28", RECEIPT_FAILED, "the sender's number is not registered", "사전 미등록 발신번호 사용" },
    { "29", RECEIPT_FAILED, "the sender's number breaks the numbering rules",
      "전화번호 세칙 미준수 발신번호" },
    { "30", RECEIPT_FAILED, "the sender's number is listed as forged",
      "발신번호 변작으로 등록된 발신번호 사용" },
    { "31", RECEIPT_FAILED, "the sender's number is protected from misuse", "발신번호도용문자차단" },
    { "40", RECEIPT_FAILED, "refused by the phone, spam or the like", "단말기착신거부 스팸등" },
    { "91", RECEIPT_MISSED, "not allowed at this time of day", "발송 미허용시간때발송실패처리" },
    { "99", RECEIPT_FAILED, "the receiver was named twice", "수신자중복" },
    { 0 },
};

const struct receipt nanuminet_mms_receipts[] = {
    { "1000", RECEIPT_DELIVERED, "delivered", "전송성공" },
    { "2000", RECEIPT_FAILED, "format error", "포맷 에러" },
    { "2001", RECEIPT_FAILED, "wrong number", "잘못된 번호" },
    { "2002", RECEIPT_FAILED, "too large or too many contents", "컨텐츠 사이즈 및 개수 초과" },
    { "2003", RECEIPT_FAILED, "wrong content", "잘못된 컨텐츠" },
    { "3000", RECEIPT_FAILED, "the phone cannot receive MMS", "기업형 MMS 미지원 단말기" },
    { "3001", RECEIPT_MISSED, "the phone's store is full", "단말기 메시지 저장개수 초과" },
    { "3002", RECEIPT_MISSED, "timed out", "전송시간 초과" },
    { "3004", RECEIPT_MISSED, "the phone is off", "전원 꺼짐" },
    { "3005", RECEIPT_MISSED, "no reception", "음영지역" },
    { "3006", RECEIPT_FAILED, "another fault", "기타" },
    { "4000", RECEIPT_GATEWAY, "not taken for a fault of the server", "서버문제로 인한 접수 실패" },
    { "4001", RECEIPT_MISSED, "the phone's service is suspended", "단말기 일시 서비스 정지" },
    { "4002", RECEIPT_GATEWAY, "the carrier failed", "통신사내부실패" },
    { "4003", RECEIPT_GATEWAY, "a passing fault of the service", "서비스의 일시적인 에러" },
    { "4101", RECEIPT_GATEWAY, "the account is blocked", "계정 차단" },
    { "4102", RECEIPT_GATEWAY, "the address is not allowed", "허용되지 않은 IP 접근" },
    { "4104", RECEIPT_GATEWAY, "no messages are left", "건수 부족" },
    { "4201", RECEIPT_GATEWAY, "no right to send MMS abroad", "국제 MMS 발송 권한이 없음" },
    { "5000", RECEIPT_GATEWAY, "number portability fault", "번호이동에러" },
    { "5001", RECEIPT_GATEWAY, "more than what was paid for in advance", "선불발급 발송건수 초과" },
    { "5003", RECEIPT_FAILED, "spam", "스팸" },
    { "5201", RECEIPT_FAILED, "blocked: the same key again", "중복된 키 접수 차단" },
    { "5202", RECEIPT_FAILED, "blocked: the same receiver again", "중복된 수신번호 접수 차단" },
    { "5301", RECEIPT_FAILED, "the sender's number is not registered", "사전 미등록 발신번호 사용" },
    { "5302", RECEIPT_FAILED, "the sender's number breaks the numbering rules",
      "전화번호 세칙 미준수 발신번호" },
    { "5303", RECEIPT_FAILED, "the sender's number is listed as forged", "발신번호 변작" },
    { "5304", RECEIPT_FAILED, "the sender's number is protected from misuse", "발신번호도용문자차단" },
    { "9001", RECEIPT_MISSED, "not allowed at this time of day", "발송 미허용 시간 때 발송 실패" },
    { "9002", RECEIPT_FAILED, "wrong number", "폰 넘버 에러" },
    { "9003", RECEIPT_FAILED, "spam, by the number", "스팸 번호" },
    { "9004", RECEIPT_GATEWAY, "the carrier does not answer", "이통사에서 응답 없음" },
    { "9005", RECEIPT_FAILED, "the file has a wrong size", "파일크기 오류" },
    { "9006", RECEIPT_FAILED, "the file is of a kind not supported", "지원되지 않는 파일" },
    { "9007", RECEIPT_FAILED, "the file is faulty", "파일오류" },
    { "9008", RECEIPT_GATEWAY, "the message type is wrong", "MMS_MSG의 MSG_TYPE 값이 잘못되었음" },
    { "9009", RECEIPT_FAILED, "the receiver was named twice", "수신자 중복" },
    { "9010", RECEIPT_GATEWAY, "tried too often", "재전송 횟수 초과로 실패." },
    { "9011", RECEIPT_GATEWAY, "too late", "발송 지연으로 인한 실패" },
    { 0 },
};

const struct receipt_table nanuminet_receipt_tables[] = {
    { "STAT of SMS (별첨1)", nanuminet_sms_receipts },
    { "STAT of LMS and MMS (별첨1)", nanuminet_mms_receipts },
    { 0 },
};
