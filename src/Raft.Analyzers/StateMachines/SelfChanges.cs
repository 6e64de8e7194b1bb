using Microsoft.CodeAnalysis;

namespace Raft.Analyzers.StateMachines;

/// <summary>Tells whether a method changes its own instance: a field of it, or what one of its fields consists of.</summary>
internal sealed class SelfChanges(MethodReader methods)
{
    private readonly HashSet<IMethodSymbol> _seen = new(SymbolEqualityComparer.Default);
    private readonly Queue<IMethodSymbol> _open = new();

    public bool Of(IMethodSymbol method)
    {
        Open(method);
        while (_open.Count > 0)
        {
            MethodFacts facts = methods.Read(_open.Dequeue());
            if (facts.OwnFields.Any(static each => each.Use is FieldUse.Assign or FieldUse.Mutate && FieldKinds.MayBeState(each.Field)))
            {
                return true;
            }

            foreach (MethodFacts.Call call in facts.Calls)
            {
                if (call.IsOwn)
                {
                    Open(call.Method);
                }
            }

            foreach (MethodFacts.OwnUse use in facts.OwnFields)
            {
                if (use.Call is { } call)
                {
                    Open(call);
                }
            }
        }

        return false;
    }

    private void Open(IMethodSymbol method)
    {
        if (_seen.Add(method))
        {
            _open.Enqueue(method);
        }
    }
}
