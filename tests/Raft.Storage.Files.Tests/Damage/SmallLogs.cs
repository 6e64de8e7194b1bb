namespace Raft.Storage.Files.Tests.Damage;

/// <summary>Logs of a few small groups, which have everything that a log can have.</summary>
internal static class SmallLogs
{
    public const string Closed = "closed";
    public const string Killed = "killed";
    public const string Open = "open";
    public const string Compacted = "compacted";
    public const string New = "new";
    public const string Joining = "joining";

    public static TheoryData<string> Names => [Closed, Killed, Compacted, New, Joining];

    /// <summary>Writes one.</summary>
    public static RecordedLog Create(string name, string storeId = RecordedLog.FirstStore)
    {
        RecordedLog log = new(storeId: storeId);
        log.Open();
        switch (name)
        {
            case Closed:
                WriteThreeSegments(log);
                log.Close();
                break;
            case Killed:
                WriteThreeSegments(log);
                log.Kill();
                log.Open();
                log.Append(null, RecordedLog.Entry(4, "after the kill"));
                log.Kill();
                break;
            case Open:
                WriteThreeSegments(log);
                break;
            case Compacted:
                WriteThreeSegments(log);
                log.Compact(8); // the first segments are no longer needed
                log.Kill();
                break;
            case New:
                log.Kill();
                break;
            case Joining:
                log.Write(new HardState(2, null) { Join = new JoinState(7), Identity = new ClusterIdentity(12, 1) }, 1, commitIndex: 0);
                log.Reset(20, 2);
                log.Append(null, RecordedLog.Entry(2, "after the snapshot"));
                log.Close();
                log.Open();
                log.Kill();
                break;
        }

        return log;
    }

    private static void WriteThreeSegments(RecordedLog log)
    {
        HardState first = new(1, "n1") { Identity = new ClusterIdentity(UInt128.MaxValue) };
        log.Append(first, RecordedLog.Entry(1, "one"), RecordedLog.Entry(1, "two"));
        log.Append(null, RecordedLog.Entry(1, "three"));
        log.Append(null, RecordedLog.Entry(1, "four"), RecordedLog.Entry(1, new string('x', 600)));
        log.Write(first with { Term = 2, VotedFor = null }, firstIndex: 4, commitIndex: 2, RecordedLog.Entry(2, "another four"));
        log.Append(null, RecordedLog.Entry(2, ""), RecordedLog.Entry(2, "six"));
        log.Compact(1);
        log.Append(first with { Term = 3, VotedFor = "n2" }, RecordedLog.Entry(3, "seven"));
        for (int i = 8; i < 16; i++)
        {
            log.Append(null, RecordedLog.Entry(3, $"entry {i}"));
        }
    }
}
