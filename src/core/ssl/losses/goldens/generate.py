"""Values and gradients of the losses on fixed inputs, by lightly where it has them, else by their authors' formulas.

Run: python generate.py   (torch as pinned in bench/peers/requirements-torch.txt; beside it lightly==1.5.22,
torchvision for the same torch, and pydantic<2)

lightly: NT-Xent, MoCo's queue (its memory bank), Barlow Twins, VICReg, SwAV with and without queue, negative cosine.
Written here in torch, after the authors' code: GRACE (CRIPAC-DIG/GRACE model.py), the scaled cosine error
(THUDM/GraphMAE loss_func.py), DGI (PetarV-/DGI, summary, bilinear discriminator, BCEWithLogitsLoss).
"""
import json
from importlib.metadata import version
from pathlib import Path

import torch
import torch.nn.functional as F
from lightly.loss import BarlowTwinsLoss, NegativeCosineSimilarity, NTXentLoss, SwaVLoss, VICRegLoss

SEED = 0
N, D, K, QUEUE = 7, 5, 4, 9
torch.manual_seed(SEED)
z1, z2 = torch.randn(N, D), torch.randn(N, D)
z2 = 0.6 * z1 + 0.8 * z2  # views of the same cells
queue = F.normalize(torch.randn(QUEUE, D), dim=1)
prototypes = F.normalize(torch.randn(K, D), dim=1)
weight = torch.randn(D, D)  # of the bilinear discriminator


def numbers(t):
    return [float(v) for v in t.detach().flatten()]


def constant(t):
    return {"shape": list(t.shape), "data": numbers(t)}


def case(loss, *inputs, **settings):
    """The loss of inputs that are all learned, and its gradients."""
    xs = [x.clone().requires_grad_() for x in inputs]
    value = loss(*xs)
    value.sum().backward()
    return {
        **settings,
        "inputs": [constant(x) for x in xs],
        "loss": value.item(),
        "gradients": [numbers(x.grad) for x in xs],
    }


def moco(temperature):
    def loss(q):
        criterion = NTXentLoss(temperature, memory_bank_size=(QUEUE, D))
        criterion.memory_bank.bank = queue.clone()
        return criterion(q, z2)

    golden = case(loss, z1, temperature=temperature)
    golden["inputs"] += [constant(z2), constant(queue)]
    return golden


def grace(temperature):
    def sim(a, b):
        return F.normalize(a) @ F.normalize(b).t()

    def half(a, b):
        refl, between = torch.exp(sim(a, a) / temperature), torch.exp(sim(a, b) / temperature)
        return -torch.log(between.diag() / (refl.sum(1) + between.sum(1) - refl.diag()))

    return case(lambda a, b: ((half(a, b) + half(b, a)) * 0.5).mean(), z1, z2, temperature=temperature)


def scaled_cosine_error(gamma):
    def sce(x, y):
        return (1 - (F.normalize(x, dim=-1) * F.normalize(y, dim=-1)).sum(dim=-1)).pow(gamma).mean()

    golden = case(lambda x: sce(x, z2), z1, gamma=gamma)
    golden["inputs"].append(constant(z2))
    return golden


def negative_cosine():
    golden = case(lambda p: NegativeCosineSimilarity()(p, z2), z1)
    golden["inputs"].append(constant(z2))
    return golden


def dgi(h, corrupted, w):
    summary = torch.sigmoid(h.mean(0))
    logits = torch.cat([h @ w @ summary, corrupted @ w @ summary])
    return F.binary_cross_entropy_with_logits(logits, torch.cat([torch.ones(N), torch.zeros(N)]))


def scores(z):
    return F.normalize(z, dim=1) @ prototypes.t()


def swav(earlier):
    golden = case(lambda a, b: SwaVLoss()([a, b], [], earlier), scores(z1), scores(z2))
    golden["inputs"] += [constant(r) for r in earlier or []]
    return golden


far = 3 * z1 + torch.arange(D)  # spread beyond 1 and off centre, so that some hinges of VICReg are shut
golden = {
    "made_by": f"torch {torch.__version__}, lightly {version('lightly')}, seed {SEED}",
    "ntXent": [case(NTXentLoss(t), z1, z2, temperature=t) for t in (0.2, 0.5)],
    "infoNceQueue": [moco(t) for t in (0.07, 0.2)],
    "grace": [grace(t) for t in (0.4, 0.9)],
    "barlowTwins": [case(BarlowTwinsLoss(l), z1, z2, lambda_=l) for l in (0.005, 0.2)],
    "vicreg": [case(VICRegLoss(), z1, z2), case(VICRegLoss(), far, 0.5 * z2)],
    "swav": [swav(None)],
    "swavQueue": [swav([scores(queue), scores(-queue)])],
    "negativeCosine": [negative_cosine()],
    "scaledCosineError": [scaled_cosine_error(g) for g in (1, 2, 3)],
    "dgi": [case(dgi, z1, z2, weight)],
}
Path(__file__).with_name("losses.json").write_text(json.dumps(golden) + "\n")
