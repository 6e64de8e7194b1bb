namespace Raft;

/// <summary>
/// A failure that may be repeated. It is logged when it begins, with the exception; at most once a minute while it lasts, with how
/// often it has occurred; and when it is over. Not thread-safe.
/// </summary>
/// <param name="report">Logs it: with the exception, which is null after the first time, and the reason in words.</param>
/// <param name="over">Logs that it is over, after how many failures.</param>
internal sealed class RepeatedFailure(Action<Exception?, string> report, Action<long> over)
{
    private readonly LastingCondition _condition = new();

    /// <summary>It has occurred.</summary>
    public void Occur(Exception failure, TimeSpan now)
    {
        switch (_condition.Occur(now))
        {
            case ConditionReport.Begins:
                report(failure, failure.Message);
                break;
            case ConditionReport.Lasts:
                report(null, $"{failure.Message.TrimEnd('.')} ({_condition.Occurrences} times in {now - _condition.Since})");
                break;
        }
    }

    /// <summary>What failed has succeeded.</summary>
    public void End(TimeSpan now)
    {
        if (_condition.Observe(holds: false, now) == ConditionReport.Ends)
        {
            over(_condition.Occurrences);
        }
    }
}
