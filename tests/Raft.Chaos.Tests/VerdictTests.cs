namespace Raft.Chaos.Tests;

/// <summary>What a run counts, and when it is good.</summary>
public sealed class VerdictTests
{
    private static readonly Verdict Good = new() { Faults = 60, Acknowledged = 1_000, Reads = 400, FewestReads = 100, Checked = 1_000 };

    [Fact]
    public void Verdict_NothingIsWrong_IsGood()
    {
        Assert.True(Good.IsGood);
        Assert.Equal("faults 60, acknowledged 1000, reads 400, lost 0, duplicated 0, nonlinearizable 0, hanging 0", Good.ToString());
    }

    [Fact]
    public void Verdict_NothingWasTried_IsBad() => Assert.All(
        [
            Good with { Faults = 0 },
            Good with { Acknowledged = 0 },
            Good with { Reads = 0 },
            Good with { FewestReads = 0 },
            Good with { Checked = 0 },
        ],
        static verdict => Assert.False(verdict.IsGood));

    [Theory]
    [InlineData(ServerProgram.RefusedExitCode, true)]
    [InlineData(ServerProgram.FailedExitCode, false)]
    [InlineData(0, false)]
    [InlineData(null, false)]
    public void Refusal_ProcessWithAnEmptyVolume_MustEndWithItsExitCode(int? exitCode, bool isRefusal) =>
        Assert.Equal(isRefusal, Refusal.FindProblem("n1", exitCode, "a line") is null);

    [Fact]
    public void Verdict_AnythingIsWrong_IsBad() => Assert.All(
        [
            Good with { Lost = 1 },
            Good with { Duplicated = 1 },
            Good with { Nonlinearizable = 1 },
            Good with { Hanging = 1 },
            Good with { Others = 1 },
        ],
        static verdict => Assert.False(verdict.IsGood));

    [Fact]
    public void StateCheck_CommandIsNotApplied_IsLost()
    {
        ClientAccount first = new();
        ClientAccount second = new();
        first.Acknowledge(1);
        first.Acknowledge(2);
        second.Acknowledge(1);
        StateAudit audit = StateAudit.Parse("10 99 0 1:1-1");

        Assert.Equal(["1:2", "2:1"], StateCheck.FindLost([(1, first), (2, second)], audit));
    }

    [Fact]
    public void StateCheck_AllAreApplied_NothingIsLost()
    {
        ClientAccount client = new();
        client.Acknowledge(3);

        Assert.Empty(StateCheck.FindLost([(1, client)], StateAudit.Parse("10 99 0 1:1-5;2:7-7")));
    }

    [Fact]
    public void StateCheck_OtherOrder_IsDifferent()
    {
        StateAudit[] audits = [StateAudit.Parse("10 99 0 "), StateAudit.Parse("10 99 0 "), StateAudit.Parse("10 98 0 ")];

        string difference = Assert.Single(StateCheck.FindDifferent([("n1", audits[0]), ("n2", audits[1]), ("n3", audits[2])]));
        Assert.StartsWith("n3 ", difference, StringComparison.Ordinal);
    }

    [Fact]
    public void StateCheck_ReadOfAnotherValue_IsDifferent()
    {
        RegisterOutput[] outputs = [new(true, 3, 7), new(true, 3, 7), new(true, 2, 5)];

        string difference = Assert.Single(
            StateCheck.FindDifferentReads("r9", [("n1", outputs[0]), ("n2", outputs[1]), ("n3", outputs[2])]));
        Assert.Equal("n3 reads r9 as 'done 2 5', and n1 as 'done 3 7'", difference);
        Assert.Empty(StateCheck.FindDifferentReads("r9", []));
    }

    [Fact]
    public void ReadCounts_OneNodeHasAnsweredNothing_IsTheFewest()
    {
        ReadCounts counts = new(["n1", "n2", "n3"]);
        counts.Add(0);
        counts.Add(0);
        counts.Add(2);

        Assert.Equal((3, 0), (counts.Total, counts.Fewest));
        Assert.Equal("n1 2, n2 0, n3 1", counts.ToString());
    }

    [Fact]
    public void Audit_TextIsParsed_IsEqual()
    {
        StateAudit audit = StateAudit.Parse("10 99 2 1:1-5,7-9;2:7-7");

        Assert.Equal("10 99 2 1:1-5,7-9;2:7-7", audit.ToString());
    }

    [Fact]
    public void DumpedLog_SameIndexWithOtherContent_IsDifferent()
    {
        using DumpedLog first = Log("""{"index":5,"term":1,"data":"YQ=="}""", """{"index":6,"term":1,"data":"YQ=="}""");
        using DumpedLog second = Log("""{"index":6,"term":2,"data":"YQ=="}""", """{"index":7,"term":2,"data":"YQ=="}""");

        Assert.Equal(6, first.FindDifference(second, throughIndex: 10));
        Assert.Null(first.FindDifference(second, throughIndex: 5)); // not committed
        Assert.Equal(1, first.CountCommon(second));
    }

    private static DumpedLog Log(params string[] lines)
    {
        DumpedLog log = new();
        Array.ForEach(lines, log.WriteLine);
        return log;
    }
}
