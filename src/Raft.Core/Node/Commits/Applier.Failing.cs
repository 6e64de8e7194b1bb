namespace Raft;

/// <content>A state machine that throws: the node stops, and the failure names the command.</content>
internal sealed partial class Applier
{
    private void Fail(CommittedBatch batch, Exception exception)
    {
        bool abandoned;
        string command = string.Empty;
        lock (_lock)
        {
            abandoned = _current != batch;
            if (!abandoned)
            {
                _isUncertain = true;
                command = Describe(batch);
            }
        }

        if (!abandoned)
        {
            _failed((exception as DigestException)?.Failure ?? new NodeFailedException(exception is UnknownCommandException unknown
                ? $"The state machine {_machine.GetType().Name} cannot read {command}. {unknown.Message.TrimEnd('.')}. The node has "
                    + "stopped without applying it. Start a node with the later version of the program on the same log store: it continues "
                    + "with this command."
                : $"The state machine {_machine.GetType().Name} threw {exception.GetType().Name} on {command}: "
                    + $"{exception.Message.TrimEnd('.')}. "
                    + "The node has stopped, since its state may differ from the others' now. To refuse a command, throw "
                    + "CommandRejectedException. Otherwise fix the state machine, then start a new node on the same log store, which "
                    + "applies the command again.",
                exception));
        }
    }

    private string Describe(CommittedBatch batch)
    {
        string type = _machine is ICommandChecker checker ? $" of type {checker.CommandType.Name}" : string.Empty;
        return batch.Current < batch.Count && (_machine is ICommandChecker || batch.Count == 1)
            ? $"the command{type} at index {batch.Context(batch.Current).Index}"
            : $"a command{type} at an index from {batch.FirstIndex} to {batch.LastIndex}";
    }
}
