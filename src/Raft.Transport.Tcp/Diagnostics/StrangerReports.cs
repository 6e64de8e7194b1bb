namespace Raft.Transport.Tcp;

/// <summary>
/// Which reports about others, in words that they choose, are due: each once a minute, up to a limit for one machine, and up to a limit for
/// all. So nobody can fill the log, or keep a machine from being reported, except by using up the limit that all of them share.
/// </summary>
/// <remarks>All members may be called on any thread.</remarks>
internal sealed class StrangerReports(IClock clock)
{
    public const int MaximumOfMachine = 20;
    public const int Maximum = 200;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly HashSet<(string Machine, string Subject, PeerProblemKind Kind)> _reported = [];
    private readonly Dictionary<string, int> _machines = [];
    private TimeSpan _since = TimeSpan.MinValue;
    private bool _isOmissionReported;

    /// <summary>Whether a report is due.</summary>
    /// <param name="machine">The machine that it is about.</param>
    /// <param name="subject">What it is about, such as a node; empty for the machine.</param>
    /// <param name="kind">What has happened.</param>
    /// <param name="isFirstOmitted">Whether it is the first one in a minute that is omitted because there are too many.</param>
    public bool IsDue(string machine, string subject, PeerProblemKind kind, out bool isFirstOmitted)
    {
        TimeSpan now = clock.Now;
        isFirstOmitted = false;
        lock (_lock)
        {
            if (_since == TimeSpan.MinValue || now - _since >= Interval)
            {
                _since = now;
                _reported.Clear();
                _machines.Clear();
                _isOmissionReported = false;
            }

            if (_reported.Contains((machine, subject, kind)))
            {
                return false;
            }

            int ofMachine = _machines.GetValueOrDefault(machine);
            if (ofMachine >= MaximumOfMachine || _reported.Count >= Maximum)
            {
                isFirstOmitted = !_isOmissionReported;
                _isOmissionReported = true;
                return false;
            }

            _reported.Add((machine, subject, kind));
            _machines[machine] = ofMachine + 1;
            return true;
        }
    }
}
