/* SMSJOA: what its codes mean. Chapters are those of its guide. */
#include "provider/smsjoa_codes.h"

/* 1, detailed error codes, those which a login or a send can meet. Faults of image and reservation are not
   the text's: another provider shall try. */
const struct verdict smsjoa_verdicts[] = {
    { "-100001", OUTCOME_ACCOUNT, "the API key is wrong", "API KEY 를 확인하세요" },
    { "-100002", OUTCOME_ACCOUNT, "character set error", "Charset Error" },
    { "-100003", OUTCOME_ACCOUNT, "the content type is wrong", "CONTENT TYPE 을 확인하세요" },
    { "-100004", OUTCOME_ACCOUNT, "only HTTPS is served", "HTTPS 프로토콜만 접근이 가능합니다" },
    { "-100005", OUTCOME_ACCOUNT, "the image could not be processed", "MMS 이미지 처리 오류" },
    { "-100006", OUTCOME_ACCOUNT, "the image is not fit for MMS", "MMS 이미지를 확인하세요" },
    { "-100008", OUTCOME_ACCOUNT, "no token could be made", "Token 생성 오류" },
    { "-100009", OUTCOME_ACCOUNT, "the token is wrong", "Token 을 확인하세요" },
    { "-100010", OUTCOME_ACCOUNT, "the token is not valid (any more)", "Token 이 유효하지 않습니다" },
    { "-100011", OUTCOME_ACCOUNT, "own texts are possible for SMS only",
      "개별내용 전송은 SMS 형식만 지원됩니다" },
    { "-100012", OUTCOME_ACCOUNT, "the client is not registered", "등록되지 않은 client 입니다" },
    { "-100013", OUTCOME_ACCOUNT, "this machine's address is not registered", "등록되지 않은 IP 입니다" },
    { "-100014", OUTCOME_RETRY, "the message could not be sent", "메세지 전송 오류" },
    { "-100015", OUTCOME_ACCOUNT, "the message type is wrong", "메시지 타입 을 확인하세요" },
    { "-100016", OUTCOME_REFUSED, "the text is refused", "문자내용을 확인하세요" },
    { "-100017", OUTCOME_ACCOUNT, "a reservation must lie in the future", "미래시간만 예약이 가능합니다" },
    { "-100018", OUTCOME_REFUSED, "no number that can receive", "수신가능한 번호가 없습니다" },
    { "-100019", OUTCOME_REFUSED, "the receiver's number is wrong", "수신번호를 확인하세요" },
    { "-100020", OUTCOME_REFUSED, "the receiver's number or the text is wrong",
      "수신자 번호와 문자 내용을 확인하세요" },
    { "-100021", OUTCOME_ACCOUNT, "the client id is not valid", "아이디가 유효하지 않습니다" },
    { "-100022", OUTCOME_ACCOUNT, "the client id is wrong", "아이디를 확인하세요" },
    { "-100023", OUTCOME_ACCOUNT, "the reservation's date has the wrong form",
      "예약 전송날짜 형식이 잘못되었습니다" },
    { "-100024", OUTCOME_ACCOUNT, "the reservation's date is wrong", "예약 전송날짜가 잘못되었습니다" },
    { "-100025", OUTCOME_ACCOUNT, "the reservation's time of day is wrong",
      "예약 전송시간이 잘못되었습니다" },
    { "-100027", OUTCOME_ACCOUNT, "the reservation's time is wrong", "예약시간을 확인하세요" },
    { "-100032", OUTCOME_ACCOUNT, "the image is larger than 300 KB",
      "이미지 파일 크기가 300KByte 를 초과하였습니다" },
    { "-100033", OUTCOME_ACCOUNT, "the balance is used up", "잔액부족" },
    { "-100034", OUTCOME_REFUSED, "the text is too long", "전송 메세지 내용이 최대 Byte 를 초과하였습니다" },
    { "-100037", OUTCOME_ACCOUNT, "this machine's address is not allowed", "접속 ip 유효하지 않습니다" },
    { "-100039", OUTCOME_ACCOUNT, "the sender's number is refused", "회신번호를 확인하세요" },
    { 0 },
};

/* 1, detailed error codes, those of look-ups and cancelling. On a send they would make no sense, and must not
   decide that an alert is refused for good. */
const struct verdict smsjoa_query_verdicts[] = {
    { "-100007", OUTCOME_REFUSED, "the message id (msg_serial) is wrong", "msg_serial 을 확인하세요" },
    { "-100026", OUTCOME_REFUSED, "too late to cancel: less than 10 minutes before",
      "예약메세지는 전송 10 분전에는 취소가 불가능합니다" },
    { "-100028", OUTCOME_RETRY, "the reservation could not be cancelled", "예약취소 오류" },
    { "-100029", OUTCOME_REFUSED, "no such reservation", "요청하신 예약내역이 없습니다" },
    { "-100030", OUTCOME_REFUSED, "no such message was sent", "요청하신 전송내역이 없습니다" },
    { "-100031", OUTCOME_REFUSED, "no such information", "요청하신 정보가 없습니다" },
    { "-100035", OUTCOME_REFUSED, "too many rows asked for", "전송내역 조회 제한 건수를 초과했습니다" },
    { "-100036", OUTCOME_REFUSED, "there are not so many pages", "전송내역 총 page 를 초과 하였습니다" },
    { "-100038", OUTCOME_REFUSED, "the reservation has no line to send on",
      "해당 예약내역의 전송라인이 존재하지 않습니다" },
    { "-100040", OUTCOME_REFUSED, "older than three months",
      "전송내역은 3개월 전 데이터까지만 조회가 가능합니다." },
    { 0 },
};

/* 1, HTTP status. Named as outcomes name them, since 401 and 403 are result codes too. */
static const struct verdict statuses[] = {
    { "http-200", OUTCOME_ACCEPTED, "done", "정상 처리" },
    { "http-400", OUTCOME_ACCOUNT, "a parameter is wrong", "파라미터 유효성 오류" },
    { "http-401", OUTCOME_ACCOUNT, "not authorised", "API 인증 실패" },
    { "http-403", OUTCOME_ACCOUNT, "the request failed", "요청 결과 실패" },
    { "http-404", OUTCOME_ACCOUNT, "no such resource", "해당 리소스가 없음" },
    { "http-500", OUTCOME_UNSURE, "system error", "시스템 오류" },
    { 0 },
};

const struct verdict_table smsjoa_verdict_tables[] = {
    { "error codes of login and sending (1)", smsjoa_verdicts },
    { "error codes of look-up and cancelling (1)", smsjoa_query_verdicts },
    { "HTTP status (1)", statuses },
    { 0 },
};

const struct receipt smsjoa_receipts[] = {
    { "100", RECEIPT_DELIVERED, "delivered", "성공" },
    { "101", RECEIPT_FAILED, "no such number", "없는 전화번호" },
    { "102", RECEIPT_MISSED, "timed out", "Time Out" },
    { "103", RECEIPT_GATEWAY, "wrong format for the carrier", "이통사 형식 오류" },
    { "104", RECEIPT_MISSED, "the phone is off", "Power Off" },
    { "105", RECEIPT_FAILED, "the phone refused it", "착신 거절" },
    { "106", RECEIPT_MISSED, "the subscription is suspended", "서비스 정지" },
    { "107", RECEIPT_FAILED, "the phone cannot receive MMS", "MMS 서비스 불가 단말기" },
    { "108", RECEIPT_FAILED, "another fault", "기타" },
    { "109", RECEIPT_MISSED, "no reception", "음영 지역" },
    { "110", RECEIPT_MISSED, "the phone's store is full", "메시지 저장 개수 초과" },
    { "401", RECEIPT_FAILED, "spam, by the receiver's number", "Spam : 수신번호" },
    { "402", RECEIPT_FAILED, "spam, by the sender's number", "Spam : 회신번호" },
    { "403", RECEIPT_FAILED, "spam, by the text", "Spam : 전송내용" },
    { "901", RECEIPT_GATEWAY, "no result came in time", "결과대기 시간초과" },
    { 0 },
};

const struct receipt_table smsjoa_receipt_tables[] = {
    { "result codes, rsltcode (2.4)", smsjoa_receipts },
    { 0 },
};
