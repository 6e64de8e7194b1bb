namespace Raft;

/// <summary>
/// Bounds how many log messages a node writes about elections. The first ones of a minute are written at once. If there are more, and for
/// as long as that goes on, one message a minute says how many there were.
/// </summary>
internal sealed class ElectionLines(NodeContext context)
{
    private const int MostAtOnce = 20;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private TimeSpan _since;
    private long _count;
    private long _total; // of the minutes in which messages are left out
    private bool _isStorm;
    private bool _isReported;

    /// <summary>When <see cref="Check"/> must be called for the next report.</summary>
    public TimeSpan NextDeadline => _isStorm ? _since + Interval : TimeSpan.MaxValue;

    /// <summary>There is a message about an election.</summary>
    /// <returns>Whether it is to be written; otherwise it is only counted.</returns>
    public bool Allows()
    {
        _count++;
        _isStorm |= _count > MostAtOnce;
        return !_isStorm;
    }

    /// <summary>Ends a minute. Called in each pass.</summary>
    /// <param name="count">How many messages there were in the minute, or in all minutes if that has ended.</param>
    /// <returns>What to report: a minute with many messages, or that there was one with few again.</returns>
    public ConditionReport Check(out long count)
    {
        count = _count;
        if (context.Now - _since < Interval)
        {
            return ConditionReport.None;
        }

        bool hadMany = _count > MostAtOnce;
        ConditionReport report = !_isStorm ? ConditionReport.None
            : !hadMany ? ConditionReport.Ends
            : _isReported ? ConditionReport.Lasts
            : ConditionReport.Begins;
        _total = hadMany || _isStorm ? _total + _count : 0;
        count = report == ConditionReport.Ends ? _total : _count;
        _isStorm = _isReported = hadMany; // so the next minute begins without messages if this one had many
        (_since, _count) = (context.Now, 0);
        _total = hadMany ? _total : 0;
        return report;
    }
}
