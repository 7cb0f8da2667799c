//! Every word of the papers, in both languages, in one table.

use crate::{
    language::Language,
    meeting::{AgendaKind, Electorate, FloorEnd, Phase, Presence, Voters},
};

/// Makes a table of words: each has its Vietnamese and its English text, so that none can be missing.
macro_rules! words {
    ($(#[$doc:meta])* pub enum $name:ident { $($word:ident: $vietnamese:literal, $english:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($word,)*
        }

        impl $name {
            /// Every word, for whoever checks the table.
            #[cfg(test)]
            pub const ALL: &[$name] = &[$($name::$word,)*];

            pub fn text(self, language: $crate::language::Language) -> &'static str {
                let (vietnamese, english) = match self {
                    $($name::$word => ($vietnamese, $english),)*
                };
                match language {
                    $crate::language::Language::Vietnamese => vietnamese,
                    $crate::language::Language::English => english,
                }
            }
        }
    };
}

words! {
    /// A word of the tables.
    pub enum Word {
        // --- the papers and the tables ---
        Figures: "Số liệu hội nghị", "Conference figures";
        Invitation: "Giấy mời", "Invitation";
        AttendanceList: "Danh sách đại biểu tham dự", "Attendance list";
        Minutes: "Biên bản", "Minutes";
        RollCallSheet: "Phiếu điểm danh", "Roll-call sheet";
        Provisional: "BẢN TẠM", "PROVISIONAL";
        Summary: "Tổng hợp", "Summary";
        Units: "Đơn vị", "Units";
        Points: "Điểm cầu", "Points";
        Rooms: "Phòng họp, thiết bị", "Rooms and devices";
        Interruptions: "Gián đoạn", "Interruptions";
        Delegates: "Đại biểu", "Delegates";
        Proxies: "Dự thay", "Proxies";
        Agenda: "Chương trình", "Agenda";
        Floor: "Phát biểu", "Floor";
        Requests: "Chưa phát biểu", "Not heard";
        Votes: "Biểu quyết", "Votes";
        Ballots: "Phiếu", "Ballots";
        Course: "Diễn biến", "Course";
        Corrections: "Đính chính", "Corrections";
        Ledger: "Sổ ghi", "Ledger";
        Total: "Tổng cộng", "Total";
        Page: "Trang", "Page";
        Item: "Nội dung", "Item";
        Value: "Giá trị", "Value";

        // --- the meeting ---
        Title: "Tên hội nghị", "Title";
        Number: "Số giấy mời", "Invitation number";
        MeetingId: "Mã hội nghị", "Meeting code";
        State: "Tình trạng", "State";
        Scope: "Phạm vi", "Scope";
        WholeMeeting: "Toàn hội nghị", "Whole conference";
        Hub: "Điểm cầu trung tâm", "Hub";
        Chair: "Chủ trì", "Chair";
        Secretary: "Thư ký", "Secretary";
        Technician: "Cán bộ kỹ thuật", "Technician";
        PlannedStart: "Bắt đầu theo kế hoạch", "Planned start";
        Opened: "Khai mạc", "Opened";
        Closed: "Kết thúc", "Closed";
        Duration: "Thời lượng", "Duration";
        Paused: "Trong đó tạm dừng", "Of that paused";
        Zone: "Múi giờ", "Time zone";
        AsOf: "Số liệu tính đến", "Figures as of";
        PointsInvited: "Số điểm cầu", "Points invited";
        PointsThatCame: "Số điểm cầu đã kết nối", "Points that connected";
        Quorum: "Số cần có mặt để biểu quyết", "Quorum";
        LateAfter: "Tính là đến muộn sau (phút)", "Late after (minutes)";
        PlanVersion: "Phiên bản kế hoạch", "Plan version";
        PlanHash: "Mã băm SHA-256 của kế hoạch", "SHA-256 of the plan";

        // --- columns ---
        Code: "Mã", "Code";
        Level: "Cấp", "Level";
        Unit: "Đơn vị", "Unit";
        Point: "Điểm cầu", "Point";
        Parent: "Đơn vị cấp trên", "Unit above";
        Room: "Phòng họp", "Room";
        Expected: "Triệu tập", "Expected";
        Attended: "Có mặt", "Attended";
        Share: "Tỷ lệ có mặt", "Share attended";
        ByProxy: "Dự thay", "By proxy";
        LeftEarly: "Về sớm", "Left early";
        CameLate: "Đến muộn", "Came late";
        Excused: "Vắng có lý do", "Excused";
        Absent: "Vắng không lý do", "Absent";
        Unconfirmed: "Chưa điểm danh", "Not called";
        Added: "Ngoài danh sách", "Not on the list";
        ExpectedBelow: "Triệu tập, cả cấp dưới", "Expected, with units below";
        AttendedBelow: "Có mặt, cả cấp dưới", "Attended, with units below";
        LineState: "Trạng thái đường truyền", "Line";
        FirstJoined: "Kết nối lần đầu", "First connected";
        LastLeft: "Rời lần cuối", "Last left";
        Connected: "Tổng thời gian kết nối", "Connected in all";
        ConnectedWhileOpen: "Kết nối trong giờ họp", "Connected while open";
        ShareWhileOpen: "Tỷ lệ kết nối trong giờ họp", "Share of the open time";
        Gaps: "Số lần gián đoạn", "Interruptions";
        GapsTime: "Tổng thời gian gián đoạn", "Interrupted in all";
        Connections: "Số lượt kết nối", "Connections";
        Devices: "Thiết bị", "Devices";
        CheckedAt: "Thử lúc", "Checked at";
        CheckedBy: "Người thử", "Checked by";
        Picture: "Hình", "Picture";
        Sound: "Tiếng", "Sound";
        Note: "Ghi chú", "Note";
        RoundTrip: "Trễ khứ hồi (ms)", "Round trip (ms)";
        LossUp: "Mất gói chiều đi", "Loss up";
        LossDown: "Mất gói chiều về", "Loss down";
        RateUp: "Tốc độ chiều đi (kbit/s)", "Rate up (kbit/s)";
        RateDown: "Tốc độ chiều về (kbit/s)", "Rate down (kbit/s)";
        RollExpected: "Điểm danh: triệu tập", "Roll call: expected";
        RollAttended: "Điểm danh: có mặt", "Roll call: attended";
        From: "Từ", "From";
        To: "Đến", "To";
        Lasted: "Kéo dài", "Lasted";
        DelegateCode: "Mã đại biểu", "Delegate code";
        Name: "Họ và tên", "Name";
        Position: "Chức vụ", "Position";
        AtPoint: "Dự tại điểm cầu", "At the point";
        Status: "Kết quả điểm danh", "Roll call";
        Reason: "Lý do", "Reason";
        Substitute: "Người dự thay", "Substitute";
        Notes: "Ghi chú", "Notes";
        SubstitutePosition: "Chức vụ người dự thay", "Substitute's position";
        ConfirmedAt: "Điểm danh lúc", "Called at";
        ConfirmedBy: "Người điểm danh", "Called by";
        FirstHere: "Có mặt từ", "Here since";
        LateBy: "Đến muộn (sau khai mạc)", "Late by (after the opening)";
        LeftEarlyBy: "Về sớm (trước kết thúc)", "Left early by (before the close)";
        CheckedIn: "Tự báo có mặt lúc", "Checked in at";
        Listing: "Danh sách", "List";
        RecordNumber: "Số bản ghi", "Record";
        ProxyNumber: "Số đề nghị", "Request";
        RequestNumber: "Số đăng ký", "Request";
        InPlaceOf: "Thay cho", "In place of";
        AskedAt: "Đề nghị lúc", "Asked at";
        AskedBy: "Người đề nghị", "Asked by";
        Answer: "Trả lời", "Answer";
        AnsweredAt: "Trả lời lúc", "Answered at";
        AnsweredBy: "Người trả lời", "Answered by";
        AnswerReason: "Lý do trả lời", "Reason of the answer";
        Came: "Đã dự", "Came";
        ItemNumber: "Mục số", "Item";
        Kind: "Loại", "Kind";
        Presenter: "Người trình bày", "Presenter";
        PlannedAt: "Dự kiến bắt đầu", "Planned start";
        PlannedTime: "Dự kiến", "Planned";
        StartedAt: "Bắt đầu", "Started";
        FinishedAt: "Xong", "Finished";
        Taken: "Thực tế", "Taken";
        Difference: "Vượt dự kiến", "Over the plan";
        Documents: "Tài liệu", "Documents";
        Turn: "Lượt", "Turn";
        Speaker: "Người phát biểu", "Speaker";
        Place: "Vị trí", "Place";
        Subject: "Nội dung", "Subject";
        RequestedAt: "Đăng ký lúc", "Asked at";
        GrantedAt: "Được mời lúc", "Granted at";
        GrantedBy: "Người mời", "Granted by";
        EndedAt: "Dừng lúc", "Ended at";
        TimeBox: "Thời gian cho phép", "Time box";
        Over: "Quá thời gian", "Over the time box";
        HowEnded: "Kết thúc thế nào", "How it ended";
        Outcome: "Kết quả", "Outcome";
        VoteNumber: "Số", "Vote";
        Question: "Nội dung biểu quyết", "Question";
        VoteKind: "Hình thức", "Kind";
        VotersWho: "Ai biểu quyết", "Who votes";
        Option: "Phương án", "Option";
        Count: "Số phiếu", "Votes";
        VotersPresent: "Số có mặt", "Present";
        VotersEligible: "Số có quyền", "Eligible";
        Voted: "Số đã biểu quyết", "Voted";
        OpenedAt: "Mở lúc", "Opened at";
        EndedVoteAt: "Đóng lúc", "Ended at";
        VoteDone: "Đã đóng", "Closed";
        VoteQuorum: "Đủ số cần có mặt", "Quorum";
        Voter: "Người biểu quyết", "Voter";
        When: "Thời điểm", "When";
        What: "Sự việc", "What";
        Who: "Người thực hiện", "By whom";
        Details: "Chi tiết", "Details";
        OldValue: "Trước đính chính", "Before";
        NewValue: "Sau đính chính", "After";
        Corrects: "Đính chính bản ghi số", "Corrects record";
        AfterClose: "Sau khi kết thúc", "After the close";
        Node: "Máy chủ", "Server";
        Head: "Bản ghi cuối", "Last record";
        HeadAt: "Lúc", "At";
        HeadHash: "Mã băm", "Hash";
        SignedThrough: "Đã ký đến bản ghi", "Signed through record";

        // --- short answers ---
        Yes: "Có", "Yes";
        No: "Không", "No";
        LineUp: "Đang kết nối", "Connected";
        LineDown: "Đã ngắt kết nối", "Disconnected";
        LineNever: "Chưa kết nối", "Never connected";
        Present: "Có mặt", "Present";
        PresentByProxy: "Dự thay", "By proxy";
        Left: "Có mặt, đã về", "Left";
        Planned: "Theo kế hoạch", "Planned";
        ListedLater: "Bổ sung tại hội nghị", "Added in the meeting";
        Dropped: "Đã bỏ khỏi kế hoạch", "Dropped from the plan";
        Pending: "Chưa trả lời", "Pending";
        Approved: "Đồng ý", "Approved";
        Refused: "Không đồng ý", "Refused";
        Waiting: "Đang chờ", "Waiting";
        Withdrawn: "Đã rút", "Withdrawn";
        Skipped: "Chủ trì bỏ qua", "Passed over";
        PutOut: "Bị mời ra", "Removed";
        TooLate: "Hội nghị kết thúc trước khi đến lượt", "The meeting was closed first";
        UnderWay: "Đang diễn ra", "Under way";
        Cancelled: "Đã hủy", "Cancelled";
        Secret: "Kín", "Secret";
        Open: "Công khai", "Open";
        Server: "Máy chủ", "Server";
        Administrator: "Quản trị viên", "Administrator";
        Observer: "Người theo dõi", "Observer";
        PointOf: "Điểm cầu", "Point";
        DelegateOf: "Đại biểu", "Delegate";

        // --- the course ---
        WasPublished: "Công bố", "Published";
        PlanWasChanged: "Thay đổi kế hoạch", "Plan changed";
        WasTakenBack: "Thu hồi công bố", "Taken back";
        LineCheckBegan: "Bắt đầu thử đường truyền", "Line check began";
        WasPaused: "Tạm dừng", "Paused";
        WasResumed: "Tiếp tục", "Resumed";
        WasLocked: "Khóa phòng họp", "Locked";
        WasUnlocked: "Mở khóa phòng họp", "Unlocked";
        ServerWasDown: "Máy chủ gián đoạn", "Server interrupted";
        HandedOver: "Chuyển quyền chủ trì", "Chair handed over";
        TookOver: "Thay quyền chủ trì", "Chair taken over";
        WasRemoved: "Mời ra khỏi hội nghị", "Removed";
        WasReadmitted: "Cho vào lại", "Readmitted";
        WasAnnounced: "Thông báo", "Announcement";
        ItemStarted: "Bắt đầu mục", "Item started";
        ItemFinished: "Xong mục", "Item finished";
        VoteOpened: "Mở biểu quyết", "Vote opened";
        VoteClosed: "Đóng biểu quyết", "Vote closed";
        VoteCancelled: "Hủy biểu quyết", "Vote cancelled";
    }
}

/// Words for the values that the ledger knows.
impl Word {
    pub fn of_phase(phase: Phase, language: Language) -> &'static str {
        let (vietnamese, english) = match phase {
            Phase::Draft => ("Bản nháp", "Draft"),
            Phase::Published => ("Đã công bố", "Published"),
            Phase::LineCheck => ("Đang thử đường truyền", "Line check"),
            Phase::Open => ("Đang họp", "Open"),
            Phase::Paused => ("Đang tạm dừng", "Paused"),
            Phase::Closed => ("Đã kết thúc", "Closed"),
        };
        choose(language, vietnamese, english)
    }

    pub fn of_floor_end(how: FloorEnd, language: Language) -> &'static str {
        let (vietnamese, english) = match how {
            FloorEnd::Returned => ("Phát biểu xong", "Given back"),
            FloorEnd::TakenBack => ("Chủ trì thu lại", "Taken back by the chair"),
            FloorEnd::PassedOn => ("Chuyển cho người khác", "Passed on"),
            FloorEnd::LineLost => ("Mất đường truyền", "Line lost"),
            FloorEnd::Removed => ("Bị mời ra", "Removed"),
            FloorEnd::MeetingPaused => ("Hội nghị tạm dừng", "Meeting paused"),
            FloorEnd::MeetingClosed => ("Hội nghị kết thúc", "Meeting closed"),
        };
        choose(language, vietnamese, english)
    }

    pub fn of_agenda_kind(kind: AgendaKind, language: Language) -> &'static str {
        let (vietnamese, english) = match kind {
            AgendaKind::Report => ("Báo cáo", "Report"),
            AgendaKind::Discussion => ("Thảo luận", "Discussion"),
            AgendaKind::Conclusion => ("Kết luận", "Conclusion"),
            AgendaKind::Other => ("Khác", "Other"),
        };
        choose(language, vietnamese, english)
    }

    pub fn of_voters(by: Voters, language: Language) -> &'static str {
        let (vietnamese, english) = match by {
            Voters::Delegates => ("Đại biểu có mặt", "Delegates present"),
            Voters::Points => ("Điểm cầu, mỗi điểm một phiếu", "Points, one vote each"),
        };
        choose(language, vietnamese, english)
    }

    pub fn of_electorate(of: Electorate, language: Language) -> &'static str {
        let (vietnamese, english) = match of {
            Electorate::Delegates => ("đại biểu", "delegates"),
            Electorate::Units => ("đơn vị", "units"),
        };
        choose(language, vietnamese, english)
    }

    pub fn of_presence(presence: &Presence) -> Word {
        match presence {
            Presence::Present => Word::Present,
            Presence::Left => Word::Left,
            Presence::Absent => Word::Absent,
            Presence::Excused { .. } => Word::Excused,
            Presence::Proxy { .. } => Word::PresentByProxy,
        }
    }
}

pub fn choose(language: Language, vietnamese: &'static str, english: &'static str) -> &'static str {
    match language {
        Language::Vietnamese => vietnamese,
        Language::English => english,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_a_text_in_both_languages_without_space_around_it() {
        for word in Word::ALL {
            for language in Language::ALL {
                let text = word.text(language);
                assert!(!text.is_empty() && text.trim() == text, "{word:?} in {language}");
            }
        }
    }
}
