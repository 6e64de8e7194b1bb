namespace Raft.Chaos;

/// <summary>Faults of the links.</summary>
internal sealed class NetworkFaults(ClusterLinks links, int nodes)
{
    private const int Flaps = 6;
    private const int Resets = 4;
    private const int MostBytesBeforeReset = 3_000;
    private const int Kibibyte = 1_024;

    /// <summary>Begins a fault, waits, and ends it.</summary>
    public async Task RunAsync(Fault fault, int target, TimeSpan duration, CancellationToken stop)
    {
        switch (fault.Kind)
        {
            case FaultKind.Flapping:
                for (int flap = 0; flap < Flaps; flap++)
                {
                    await ImposeAsync(CutBy(fault, target), new LinkConditions(IsCut: true, fault.Breaks), duration / Flaps / 2, stop);
                    await Task.Delay(duration / Flaps / 2, stop);
                }

                break;
            case FaultKind.Reset:
                for (int reset = 0; reset < Resets; reset++)
                {
                    links.BreakConnectionsOf(target, (fault.Amount * (reset + 1)) % MostBytesBeforeReset);
                    await Task.Delay(duration / Resets, stop);
                }

                break;
            case FaultKind.Delay:
                await ImposeAsync(
                    NetworkShape.Pairs(nodes), new LinkConditions(Delay: TimeSpan.FromMilliseconds(fault.Amount)), duration, stop);
                break;
            case FaultKind.Throttle:
                await ImposeAsync(
                    NetworkShape.LinksOf(nodes, target), new LinkConditions(BytesPerSecond: fault.Amount * Kibibyte), duration, stop);
                break;
            default:
                await ImposeAsync(CutBy(fault, target), new LinkConditions(IsCut: true, fault.Breaks), duration, stop);
                break;
        }
    }

    /// <summary>Ends all faults.</summary>
    public void Heal() => links.Heal();

    private IEnumerable<(int From, int To)> CutBy(Fault fault, int target) => NetworkShape.Cut(fault.Kind, nodes, target, fault.Choice);

    private async Task ImposeAsync(
        IEnumerable<(int From, int To)> pairs, LinkConditions conditions, TimeSpan duration, CancellationToken stop)
    {
        (int From, int To)[] all = [.. pairs];
        links.Set(all, conditions);
        try
        {
            await Task.Delay(duration, stop);
        }
        finally
        {
            links.Set(all, LinkConditions.Healthy);
        }
    }
}
