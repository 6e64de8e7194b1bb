using Microsoft.CodeAnalysis;

namespace Raft.Analyzers.StateMachines;

/// <summary>Follows the calls of one state machine, and collects what was found in what it reaches.</summary>
internal sealed class MachineAnalysis(Machine machine, MethodReader methods, CancellationToken cancellationToken)
{
    /// <summary>How many methods between the entry and the place a message names.</summary>
    private const int NamedSteps = 3;

    private readonly Dictionary<ISymbol, FieldUses> _uses = new(SymbolEqualityComparer.Default);
    private readonly List<(ISymbol Field, Location Location)> _sharedCaptures = [];
    private bool _captureHandsOutItself;
    private bool _restoreHandsOutItself;

    public IEnumerable<Diagnostic> Run()
    {
        List<Diagnostic> found = [];
        Follow(machine.Apply, Phases.Apply, found);
        Follow(machine.Capture, Phases.Capture, found);
        Follow(machine.Restore, Phases.Restore, found);
        CheckSnapshots(found);
        return found;
    }

    private void Follow(IMethodSymbol? entry, Phases phase, List<Diagnostic> found)
    {
        if (entry is null)
        {
            return;
        }

        Dictionary<IMethodSymbol, IMethodSymbol?> callers = new(SymbolEqualityComparer.Default) { [entry] = null };
        HashSet<IFieldSymbol> fields = new(SymbolEqualityComparer.Default);
        Queue<IMethodSymbol> open = new([entry]);
        while (open.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IMethodSymbol method = open.Dequeue();
            MethodFacts facts = methods.Read(method);
            Collect(facts, phase, () => Describe(method, callers), found);
            NoteFields(method, facts, phase);
            fields.UnionWith(facts.Fields);
            foreach (MethodFacts.Call call in facts.Calls)
            {
                IMethodSymbol callee = (call.IsOwn ? machine.MostDerived(call.Method) : call.Method).OriginalDefinition;
                if (!callers.ContainsKey(callee))
                {
                    callers.Add(callee, method);
                    open.Enqueue(callee);
                }
            }
        }

        foreach (IFieldSymbol field in fields)
        {
            CollectInitialValue(field, phase, found);
        }
    }

    private void Collect(MethodFacts facts, Phases phase, Func<string> place, List<Diagnostic> found)
    {
        foreach (Finding finding in facts.Findings)
        {
            if ((finding.Phases & phase) != 0
                && !(finding.UnlessDurable && machine.IsDurable)
                && (finding.IfChanging is not { } called || methods.ChangesItself(called)))
            {
                found.Add(finding.At(place()));
            }
        }
    }

    /// <summary>
    /// A constructor runs before any command, so only what gives each node another value matters, if it ends in a field that is used.
    /// </summary>
    private void CollectInitialValue(IFieldSymbol field, Phases phase, List<Diagnostic> found)
    {
        foreach (Finding finding in methods.ReadInitialValue(field).Findings)
        {
            bool matters = finding.Rule == Rules.WallClock || finding.Rule == Rules.RandomNumber || finding.Rule == Rules.NewGuid
                || finding.Rule == Rules.CultureOrder;
            if (matters && (finding.Phases & phase) != 0)
            {
                found.Add(finding.At($"as the value of '{Declared(field).Name}', which '{machine.Type.Name}.{Name(phase)}' uses"));
            }
        }
    }

    private void NoteFields(IMethodSymbol method, MethodFacts facts, Phases phase)
    {
        if (!IsOwnMethod(method))
        {
            return;
        }

        foreach (MethodFacts.OwnUse use in facts.OwnFields)
        {
            if (!_uses.TryGetValue(use.Field, out FieldUses uses))
            {
                _uses.Add(use.Field, uses = new FieldUses());
            }

            bool isMutated = phase == Phases.Apply && use.Call is { } call
                && methods.ChangesItself(call) && methods.IsCreatedByItself(use.Field);
            uses.Note(phase, isMutated ? FieldUse.Mutate : use.Use);
        }

        _captureHandsOutItself |= phase == Phases.Capture && facts.HandsOutItself;
        _restoreHandsOutItself |= phase == Phases.Restore && facts.HandsOutItself;
        if (phase == Phases.Capture)
        {
            _sharedCaptures.AddRange(facts.SharedCaptures);
        }
    }

    private void CheckSnapshots(List<Diagnostic> found)
    {
        foreach ((ISymbol field, Location location) in _sharedCaptures)
        {
            Report(Rules.SharedCapture, field, location);
        }

        if (machine.Apply is { } apply)
        {
            foreach ((ISymbol field, Location location) in methods.Read(apply).SharedResults)
            {
                Report(Rules.SharedResult, field, location);
            }
        }

        CheckFields(found);

        void Report(DiagnosticDescriptor rule, ISymbol field, Location location)
        {
            if (_uses.TryGetValue(field, out FieldUses uses) && uses.IsMutatedByApply)
            {
                found.Add(Diagnostic.Create(rule, location, Declared(field).Name));
            }
        }
    }

    private void CheckFields(List<Diagnostic> found)
    {
        if (machine.Type.IsAbstract || machine.IsPartlyForeign)
        {
            return; // a derived class may do the rest, or the base class does
        }

        if (machine.Capture is null != machine.Restore is null)
        {
            IMethodSymbol present = (machine.Capture ?? machine.Restore)!;
            string missing = machine.Capture is null ? "Capture" : "RestoreAsync";
            if (SymbolEqualityComparer.Default.Equals(present.ContainingType, machine.Type))
            {
                found.Add(Diagnostic.Create(Rules.HalfSnapshots, present.Locations[0], machine.Type.Name, present.Name, missing));
            }

            return;
        }

        if (machine.Capture is null || machine.Restore is null || machine.IsDurable)
        {
            return;
        }

        foreach (KeyValuePair<ISymbol, FieldUses> pair in _uses)
        {
            if (pair.Value.RuleBroken(_captureHandsOutItself, _restoreHandsOutItself) is { } rule && FieldKinds.MayBeState(pair.Key))
            {
                ISymbol field = Declared(pair.Key);
                string[] arguments = rule == Rules.ForgottenField
                    ? [machine.Apply!.Name, field.Name, machine.Capture.Name]
                    : [machine.Capture.Name, field.Name, machine.Restore.Name];
                found.Add(Diagnostic.Create(rule, field.Locations[0], arguments));
            }
        }
    }

    private bool IsOwnMethod(IMethodSymbol method)
    {
        for (INamedTypeSymbol? level = machine.Type; level is not null; level = level.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(level.OriginalDefinition, method.ContainingType.OriginalDefinition))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The property of an auto property, instead of its field.</summary>
    private static ISymbol Declared(ISymbol field) => (field as IFieldSymbol)?.AssociatedSymbol ?? field;

    private string Describe(IMethodSymbol method, Dictionary<IMethodSymbol, IMethodSymbol?> callers)
    {
        List<string> steps = [];
        for (IMethodSymbol step = method; callers[step] is { } caller; step = caller)
        {
            steps.Add($"'{step.ShortName()}'");
        }

        IMethodSymbol entry = callers.Single(static pair => pair.Value is null).Key;
        string start = $"'{machine.Type.Name}.{entry.Name.Split('.').Last()}'";
        if (steps.Count == 0)
        {
            return $"in {start}";
        }

        steps.Reverse();
        IEnumerable<string> named = steps.Count <= NamedSteps
            ? steps
            : [steps[0], "...", steps[steps.Count - 1]];
        return $"reached from {start} through {string.Join(", ", named)}";
    }

    private string Name(Phases phase) => phase switch
    {
        Phases.Apply => machine.Apply!.Name,
        Phases.Capture => machine.Capture!.Name,
        _ => machine.Restore!.Name,
    };
}
