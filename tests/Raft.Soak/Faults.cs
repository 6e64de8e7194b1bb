namespace Raft.Soak;

/// <summary>
/// What goes wrong: nodes stop, die and come back, links fail in one direction or both, and messages are lost, duplicated, late
/// and out of order. Each fault ends by itself after a while. Usually no more than a minority is hit at a time; sometimes, for a
/// moment, it is a majority.
/// </summary>
internal sealed class Faults(IReadOnlyList<Member> members, SoakNetwork network, int seed)
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly SortedSet<NodeId> _hit = [];
    private volatile bool _stormy;

    public int Count { get; private set; }

    public string Counts
    {
        get
        {
            lock (_lock)
            {
                return string.Join(", ", _counts.Select(static kind => $"{kind.Key} {kind.Value}"));
            }
        }
    }

    /// <summary>Injects faults until it is canceled, and returns when everything works again.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        List<Task> underWay = [];
        while (!ending.IsCancellationRequested)
        {
            await Task.Delay(_random.Next(50, 350), CancellationToken.None);
            underWay.RemoveAll(static fault => fault.IsCompletedSuccessfully);
            int minority = (members.Count - 1) / 2;
            if (_random.Next(20) == 0)
            {
                // One after another in no time: together more than the cluster can do without.
                for (int i = 0; i <= minority; i++)
                {
                    underWay.Add(HitMemberAsync(mostHit: minority + 1, longest: 250));
                }
            }
            else
            {
                underWay.Add(_random.Next(4) == 0 ? StormAsync() : HitMemberAsync(minority, longest: 600));
            }
        }

        await Task.WhenAll(underWay);
    }

    private async Task HitMemberAsync(int mostHit, int longest)
    {
        if (PickMember(mostHit) is not { } member)
        {
            await StormAsync(); // enough of them have trouble, but the network may have some, too
            return;
        }

        int milliseconds = _random.Next(50, longest);
        NodeId other = members.Where(each => each != member).ElementAt(_random.Next(members.Count - 1)).Id;
        Random random = new(_random.Next());
        switch (_random.Next(6))
        {
            case 0:
                Note("isolated");
                network.Links.Isolate(member.Id);
                await Task.Delay(milliseconds);
                network.Links.Rejoin(member.Id);
                break;
            case 1:
                Note("deaf to one");
                await CutAsync(other, member.Id, milliseconds);
                break;
            case 2:
                Note("mute to one");
                await CutAsync(member.Id, other, milliseconds);
                break;
            default:
                Note(await member.StopAsync() ? "killed" : "stopped");
                await Task.Delay(milliseconds);
                member.Start(random);
                break;
        }

        lock (_lock)
        {
            _hit.Remove(member.Id);
        }
    }

    private async Task CutAsync(NodeId from, NodeId to, int milliseconds)
    {
        network.Links.CutOneWay(from, to);
        await Task.Delay(milliseconds);
        network.Links.RestoreOneWay(from, to);
    }

    /// <summary>Bad weather on all links; one kind at a time.</summary>
    private async Task StormAsync()
    {
        if (_stormy)
        {
            return;
        }

        _stormy = true;
        int milliseconds = _random.Next(50, 500);
        switch (_random.Next(4))
        {
            case 0:
                Note("lossy");
                network.Faults.DropRate = 0.05 + (_random.NextDouble() * 0.35);
                await Task.Delay(milliseconds);
                network.Faults.DropRate = 0;
                break;
            case 1:
                Note("slow");
                network.Faults.SetDelay(TimeSpan.FromMilliseconds(_random.Next(1, 30)));
                await Task.Delay(milliseconds);
                network.Faults.SetDelay(TimeSpan.Zero);
                break;
            case 2:
                Note("duplicates");
                network.Faults.DuplicateRate = 0.05 + (_random.NextDouble() * 0.35);
                await Task.Delay(milliseconds);
                network.Faults.DuplicateRate = 0;
                break;
            default:
                Note("out of order");
                network.Faults.SetDelay(TimeSpan.Zero, TimeSpan.FromMilliseconds(_random.Next(10, 60)));
                await Task.Delay(milliseconds);
                network.Faults.SetDelay(TimeSpan.Zero);
                break;
        }

        _stormy = false;
    }

    private Member? PickMember(int mostHit)
    {
        lock (_lock)
        {
            if (_hit.Count >= mostHit)
            {
                return null;
            }

            Member[] well = [.. members.Where(member => !_hit.Contains(member.Id))];
            Member? leader = well.FirstOrDefault(static member => member.Node?.Status.Role == RaftRole.Leader);
            // A leader's trouble is everybody's.
            Member picked = leader is not null && _random.Next(2) == 0 ? leader : well[_random.Next(well.Length)];
            _hit.Add(picked.Id);
            return picked;
        }
    }

    private void Note(string kind)
    {
        lock (_lock)
        {
            Count++;
            _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        }
    }
}
