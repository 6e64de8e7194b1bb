namespace Raft;

/// <summary>
/// Detects a log store that does not finish its writes. That delays no vote request and no heartbeat, so nothing else would show it.
/// A leader does not step down for it: another node need not be better off.
/// </summary>
internal sealed class DiskWatch(NodeContext context)
{
    private TimeSpan _busySince;

    /// <summary>Whether no write has finished for longer than <see cref="NodeSettings.HangTimeout"/>.</summary>
    public bool Hangs { get; private set; }

    /// <summary>When the worker must check again; <see cref="TimeSpan.MaxValue"/> if it need not.</summary>
    public TimeSpan NextDeadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>A write was handed to the store while no other was under way.</summary>
    public void OnFirstWrite() => _busySince = context.Now;

    /// <summary>Checks the store. Called in each pass.</summary>
    /// <param name="completedWrites">How many writes have completed since the last check.</param>
    /// <param name="writesInFlight">How many are under way.</param>
    public void Check(int completedWrites, int writesInFlight)
    {
        if (completedWrites > 0)
        {
            _busySince = context.Now;
        }

        TimeSpan limit = _busySince + context.Settings.HangTimeout;
        bool hangs = writesInFlight > 0 && context.Now >= limit;
        NextDeadline = writesInFlight > 0 && !hangs ? limit : TimeSpan.MaxValue;
        if (hangs && !Hangs)
        {
            context.Logger?.DiskHangs(writesInFlight, context.Now - _busySince);
        }
        else if (Hangs && !hangs)
        {
            context.Logger?.DiskRecovered();
        }

        Hangs = hangs;
    }
}
