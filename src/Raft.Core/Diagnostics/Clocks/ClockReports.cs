using System.Globalization;
using Raft.Consensus;

namespace Raft;

/// <summary>
/// Compares the clocks of the members, on the leader: reports a clock that is far from those of the majority, and a log whose time is ahead
/// of them, when it begins and when it ends.
/// </summary>
internal sealed class ClockReports(NodeContext context)
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly List<Clock> _clocks = [];
    private readonly LastingCondition _logAhead = new();
    private readonly TimeSpan _bound = context.Settings.Consensus.MaximumClockAhead;
    private TimeSpan _checkAt;
    private long _ownBase;

    /// <summary>What is wrong with the clocks now, in sentences.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    /// <summary>Checks the clocks once a second, and at once when the clock of this node has jumped. Called in each pass.</summary>
    public void Check()
    {
        ConsensusModule module = context.Module;
        long ownBase = module.UtcNow.UtcTicks - context.Now.Ticks;
        bool jumped = Math.Abs(ownBase - _ownBase) > _bound.Ticks / 2;
        _ownBase = ownBase;
        if (!jumped && context.Now < _checkAt)
        {
            return;
        }

        _checkAt = context.Now + CheckInterval;
        if (module.Role == RaftRole.Leader && module.MajorityTime is { } majority)
        {
            Compare(module, majority);
        }
        else if (Problems.Count > 0)
        {
            Forget(); // another node leads and looks at the clocks
        }
    }

    private void Compare(ConsensusModule module, DateTimeOffset majority)
    {
        bool changed = false;
        foreach (RaftMember member in module.Configuration.Members)
        {
            if (module.ClockOf(member.NodeId) is { } time)
            {
                changed |= ClockOf(member.NodeId).Compare(context, time - majority, _bound / 2);
            }
        }

        TimeSpan ahead = module.LastTime - majority;
        ConditionReport report = _logAhead.Observe(ahead > _bound, context.Now);
        if (report is ConditionReport.Begins or ConditionReport.Lasts)
        {
            context.Logger?.LogTimeAhead(ahead);
        }
        else if (report == ConditionReport.Ends)
        {
            context.Logger?.LogTimeCaughtUp();
        }

        if (changed || report is ConditionReport.Begins or ConditionReport.Ends)
        {
            Problems =
            [
                .. _clocks.Select(static clock => clock.Problem).OfType<string>(),
                .. _logAhead.Holds
                    ? [$"the time of the log is {Text(ahead)} ahead of the clocks, and advances at half speed"]
                    : (string[])[],
            ];
        }
    }

    private void Forget()
    {
        _clocks.Clear();
        _logAhead.Observe(holds: false, context.Now);
        Problems = [];
    }

    private Clock ClockOf(NodeId member)
    {
        Clock? known = _clocks.Find(each => each.Member == member);
        if (known is null)
        {
            _clocks.Add(known = new Clock(member));
        }

        return known;
    }

    private static string Text(TimeSpan duration) => duration.ToString("g", CultureInfo.InvariantCulture);

    /// <summary>The clock of a member.</summary>
    private sealed class Clock(NodeId member)
    {
        private readonly LastingCondition _condition = new();
        private bool _wasOff;

        public NodeId Member { get; } = member;

        public string? Problem { get; private set; }

        /// <summary>Compares it. A message that was late makes another node's clock look slow: that counts only the second time.</summary>
        /// <returns>Whether the problem begins or ends.</returns>
        public bool Compare(NodeContext context, TimeSpan ahead, TimeSpan limit)
        {
            bool isOff = ahead.Duration() > limit;
            bool counts = isOff && (_wasOff || Member == context.NodeId);
            _wasOff = isOff;
            ConditionReport report = _condition.Observe(counts, context.Now);
            string direction = ahead > TimeSpan.Zero ? "ahead of" : "behind";
            if (report is ConditionReport.Begins or ConditionReport.Lasts)
            {
                context.Logger?.ClockDiffers(Member, ahead.Duration(), direction);
            }
            else if (report == ConditionReport.Ends)
            {
                context.Logger?.ClockAgrees(Member);
            }

            if (counts == Problem is not null)
            {
                return false;
            }

            Problem = counts ? $"the clock of {Member} is {Text(ahead.Duration())} {direction} the clocks of the majority" : null;
            return true;
        }
    }
}
