using System.Globalization;
using Raft.Testing;

namespace Raft.SimulationRuns;

/// <summary>What all simulations did together, and what the idlest of them did.</summary>
internal sealed class Totals
{
    private readonly List<(Job Job, SimulationReport Report)> _violations = [];
    private readonly SortedDictionary<string, Rates> _rates = new(StringComparer.Ordinal);
    private TimeSpan _virtualTime;
    private long _events;
    private long _commits;
    private long _elections;

    public int Simulations { get; private set; }

    public long Commits => _commits;

    /// <summary>How many broke a rule.</summary>
    public int ViolationCount => _violations.Count;

    /// <summary>Those that broke a rule, the smallest seeds first, whichever ended first.</summary>
    public IReadOnlyList<(Job Job, SimulationReport Report)> Violations =>
        [.. _violations.OrderBy(static violation => violation.Job.Seed)
            .ThenBy(static violation => violation.Job.Profile.Name, StringComparer.Ordinal)];

    public void Add(Job job, SimulationReport report)
    {
        Simulations++;
        _virtualTime += report.VirtualTime;
        _events += report.Events;
        _commits += report.Commits;
        _elections += report.Elections;
        if (report.Violation is not null)
        {
            _violations.Add((job, report)); // one that ended early has no rates to compare
        }
        else if (report.VirtualTime > TimeSpan.Zero)
        {
            if (!_rates.TryGetValue(job.Profile.Name, out Rates? rates))
            {
                _rates.Add(job.Profile.Name, rates = new Rates());
            }

            rates.Add(report);
        }
    }

    /// <summary>A line for each weather, so that one in which nothing happens shows.</summary>
    public IEnumerable<string> RateLines() => _rates.Select(static rates => $"{rates.Key}: {rates.Value}");

    /// <summary>All in one line.</summary>
    /// <param name="wallTime">How long it took.</param>
    public string Summary(TimeSpan wallTime) => string.Create(
        CultureInfo.InvariantCulture,
        $"seeds {Simulations}, simulated hours {_virtualTime.TotalHours:F2}, wall seconds {wallTime.TotalSeconds:F1}, events {_events}, "
            + $"commits {_commits}, elections {_elections}, violations {_violations.Count}");

    private sealed class Rates
    {
        private double _minutes;
        private double _commits;
        private double _elections;
        private double _faults;
        private double _snapshots;
        private double _restorations;
        private double _reads;
        private double _fewestCommits = double.MaxValue;
        private double _fewestElections = double.MaxValue;
        private double _fewestFaults = double.MaxValue;

        public void Add(SimulationReport report)
        {
            double minutes = report.VirtualTime.TotalMinutes;
            _minutes += minutes;
            _commits += report.Commits;
            _elections += report.Elections;
            _faults += report.Faults.Count;
            _snapshots += report.Snapshots;
            _restorations += report.Restorations;
            _reads += report.Reads;
            _fewestCommits = Math.Min(_fewestCommits, report.Commits / minutes);
            _fewestElections = Math.Min(_fewestElections, report.Elections / minutes);
            _fewestFaults = Math.Min(_fewestFaults, report.Faults.Count / minutes);
        }

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"per simulated minute at least {_fewestCommits:F0} commits, {_fewestElections:F1} elections, {_fewestFaults:F1} faults; "
                + $"on average {_commits / _minutes:F0}, {_elections / _minutes:F1}, {_faults / _minutes:F1}, "
                + $"with {_reads / _minutes:F0} reads, {_snapshots / _minutes:F1} snapshots and {_restorations / _minutes:F1} restorations");
    }
}
