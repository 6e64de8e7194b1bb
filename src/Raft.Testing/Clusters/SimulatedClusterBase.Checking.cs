using System.Globalization;

namespace Raft.Testing;

// What is checked, and when.
public abstract partial class SimulatedClusterBase
{
    /// <summary>Checks that no refused proposal was applied. Everything else is checked after every step.</summary>
    /// <exception cref="SimulationException">A refused proposal was applied.</exception>
    public void CheckRefusals()
    {
        foreach (SimulatedProposal proposal in _refused)
        {
            ThrowIfBroken(_agreement.CheckRefused(proposal));
        }
    }

    /// <summary>Ends the run with a description unless a condition holds.</summary>
    internal void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            _broken ??= otherwise;
        }
    }

    private void OnSent(RaftMessage message)
    {
        if (_nodes.TryGetValue(message.From, out SimulatedNode? node))
        {
            _rules.OnSent(node, message);
        }
        else
        {
            Intrusions++;
        }
    }

    private void OnDelivered(RaftMessage message)
    {
        if (_nodes.TryGetValue(message.To, out SimulatedNode? node))
        {
            _rules.OnDelivered(node, message);
        }
    }

    /// <summary>Compares the logs of all nodes, and what their state machines hold or answered, once they have settled.</summary>
    /// <returns>A description of the difference; null if there is none.</returns>
    internal string? FindDisagreement()
    {
        SimulatedNode first = _inOrder[0];
        foreach (SimulatedNode node in _inOrder)
        {
            long last = node.Status.AppliedIndex;
            if (last != first.Status.AppliedIndex || node.Store.DurableImage.HashAt(last) != first.Store.DurableImage.HashAt(last))
            {
                return $"The logs of {first.Id} and {node.Id} differ.";
            }

            if (node.StateMachine is { } log && !_agreement.IsAll(log.Count, log.Hash))
            {
                return $"{node.Id} has applied {log.Count} strings, and the others {AgreedTexts.Count}.";
            }
        }

        return Results is null ? null : _offers.FindExtraCommand(CommittedLog());
    }

    /// <summary>Opens the stores of all nodes, which have stopped, once more: they must have kept what they acknowledged.</summary>
    internal void CheckStores()
    {
        foreach (SimulatedNode node in _inOrder)
        {
            World.Run(node.Store.OpenAsync(node.Options.ClusterId, node.Id, CancellationToken.None));
            node.Snapshots.BeginLife();
            World.Run(node.Snapshots.FindLatestAsync(CancellationToken.None));
            World.Run(node.Store.CloseAsync());
            ThrowIfBroken(_broken);
        }
    }

    private void CheckStep()
    {
        Strangers.Check();
        foreach (SimulatedNode node in _inOrder)
        {
            node.Look(_rules);
            if (node.Failure is { } failure && !node.MayFail && !(failure.InnerException is { } cause && node.Storage.Explains(cause))
                && !(node.FirstStart == FirstStart.Refuse && failure.InnerException is BlankStoreException))
            {
                throw World.Failure($"Node {node.Id} failed: {MessageOf(failure, node)}", failure, rule: "A node failed");
            }
        }

        ThrowIfBroken(_broken);
        for (int i = _pending.Count - 1; i >= 0; i--)
        {
            SimulatedProposal proposal = _pending[i];
            if (proposal.IsPending)
            {
                continue;
            }

            _pending.RemoveAt(i);
            if (proposal.Unexpected is { } unexpected)
            {
                this[proposal.Node].Calls.Report($"The proposal '{proposal.Text}'", unexpected);
                ThrowIfBroken(_broken);
            }

            proposal.Ended?.Invoke();
            ProposalFate fate = proposal.Fate;
            if (fate == ProposalFate.Committed)
            {
                ThrowIfBroken(Results is null ? _agreement.CheckAcknowledged(proposal) : Results.CheckAcknowledged(proposal));
            }
            else if (fate == ProposalFate.Refused)
            {
                _refused.Add(proposal);
                _offers.Withdraw(proposal.Command);
            }
        }
    }

    /// <summary>The message with the user's state machine instead of what wraps it.</summary>
    private static string MessageOf(Exception failure, SimulatedNode node) => node.OwnMachine is { } machine
        ? failure.Message.Replace(nameof(SlowStateMachine), machine.GetType().Name, StringComparison.Ordinal)
        : failure.Message;

    private void CheckQuiet()
    {
        foreach (SimulatedNode node in _inOrder)
        {
            if (node.Current is not null && !node.IsDown && !node.IsPaused)
            {
                _rules.OnQuiet(node);
            }
        }

        ThrowIfBroken(_broken);
    }

    private void ThrowIfBroken(string? violation)
    {
        if (violation is not null)
        {
            throw World.Failure(violation);
        }
    }

    private string Describe() => string.Join(Environment.NewLine, _nodes.Values.Select(static node => node.Current is null
        ? $"{node.Id}: never started"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{node.Id}: {(node.IsRunning ? node.Status.Role : "down")}, term {node.Status.Term}, log to {node.Status.LastIndex}, "
                + $"committed {node.Status.CommitIndex}, applied {node.Status.AppliedIndex}; {node.Status.Explanation}")));
}
