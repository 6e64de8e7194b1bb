namespace Raft.Chaos.Tests;

/// <summary>Histories are checked in rounds, and none is left out.</summary>
public sealed class HistoryRoundsTests : IDisposable
{
    private const int RoundOperations = 10;

    private readonly Findings _findings = new();
    private readonly HistoryRounds _rounds;

    public HistoryRoundsTests()
    {
        _rounds = new HistoryRounds(_findings, Path.GetTempPath(), RoundOperations);
        _rounds.Start();
    }

    [Fact]
    public void Finish_AllHistories_AreChecked()
    {
        _rounds.Add(Write("r1"));
        _rounds.Add(Write("r2"));

        _rounds.Finish(created: 2);

        Assert.Equal(2, _rounds.Checked);
        Assert.Empty(_findings.Kept);
    }

    [Fact]
    public void Finish_HistoryIsMissing_IsReported()
    {
        _rounds.Add(Write("r1"));

        _rounds.Finish(created: 2);

        Assert.Contains("1 of 2", Assert.Single(_findings.Kept), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _rounds.Dispose();
        _findings.Dispose();
    }

    private static RegisterHistory Write(string key)
    {
        RegisterHistory history = new(key);
        history.Complete(history.Begin("c1", new RegisterInput(key, RegisterAction.Write, 0, 7)), new RegisterOutput(IsDone: true, 1, 7));
        return history;
    }
}
